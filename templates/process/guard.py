"""Runs a command for as long as the process that holds this one's stdin lives.

    python -I -S guard.py COMMAND [ARGUMENT ...]

It leads the process group that the command and its children live in, and stays outside of all that they do. The
command starts at the first line on stdin, so that the group can be put on record before there is anything to clean
up. When stdin ends, its holder is gone, even if it was killed by SIGKILL: then the whole group is ended.
"""

import os
import signal
import subprocess
import sys
import threading
import time

STDIN = 0
GRACE_SECONDS = 3


def main():
    if not os.read(STDIN, 1024):
        return 0
    # A handler that does nothing, not SIG_IGN: the command would inherit that.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    orphaned = threading.Event()
    watcher = threading.Thread(target=watch, args=(orphaned,), daemon=True)
    watcher.start()
    code = command.wait()
    if orphaned.is_set():
        # Nobody else is left to end what the command leaves behind.
        watcher.join()
    os.killpg(0, signal.SIGTERM)
    return code if code >= 0 else 128 - code


def watch(orphaned):
    while os.read(STDIN, 1024):
        pass
    orphaned.set()
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


# At once: an orderly exit would put the default handlers back while our own SIGTERM may still be under way.
os._exit(main())
