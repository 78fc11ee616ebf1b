# Sets $git_dir (this working tree's) and $common_dir (shared by linked ones) without starting a process: Git runs
# hooks at the top of the tree, with GIT_DIR set where the repository is not the .git folder there.
find_places() {
  git_dir=${GIT_DIR:-.git}
  if [ -f "$git_dir" ]; then
    read -r line <"$git_dir"
    git_dir=${line#gitdir: }
  fi
  common_dir=$git_dir
  if [ -f "$git_dir/commondir" ]; then
    read -r line <"$git_dir/commondir"
    case $line in
    /* | ?:[\\/]*) common_dir=$line ;;
    *) common_dir=$git_dir/$line ;;
    esac
  fi
  common_dir=${GIT_COMMON_DIR:-$common_dir}
}
