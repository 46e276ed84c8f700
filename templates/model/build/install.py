"""Installs the packages of requirements.txt, and takes away what only those need who build against TensorFlow: its
headers, and a compiler's library that nothing imports. In one step, as what a later one removes stays in the image."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

REQUIREMENTS = "/opt/seldon-bench/requirements.txt"
OPTIONS = "--no-cache-dir --no-deps --no-input --disable-pip-version-check --progress-bar off --root-user-action ignore"
NEEDLESS = ("tensorflow/include", "clang")

subprocess.run([sys.executable, "-m", "pip", "install", *OPTIONS.split(), "-r", REQUIREMENTS], check=True)
for name in NEEDLESS:
    shutil.rmtree(Path(sysconfig.get_path("platlib")) / name, ignore_errors=True)
