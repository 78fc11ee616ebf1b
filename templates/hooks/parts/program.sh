# Sets $program: the one recorded at installation, else git-mversion on PATH. Fails with the cause in $missing.
# A desktop program starts Git without the PATH of a shell: then the Node.js of the installation serves.
find_program() {
  program=$(git config --type=path --get mversion.program)
  if ! [ -f "$program" ] || ! [ -x "$program" ]; then
    program=$(command -v git-mversion)
    if [ -z "$program" ]; then
      missing="git-mversion is not installed here"
      return 1
    fi
  fi
  first=
  read -r first 2>/dev/null <"$program"
  case $first in
  "#!"*node*) command -v node >/dev/null 2>&1 && return 0 ;;
  *) return 0 ;;
  esac
  node=$(git config --type=path --get mversion.node)
  if [ -f "$node" ] && [ -x "$node" ]; then
    PATH=$PATH:${node%/*}
    return 0
  fi
  missing="no Node.js is on PATH"
  return 1
}
