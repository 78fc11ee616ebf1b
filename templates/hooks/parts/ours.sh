# Runs a git command on our committed files alone. A caller's --literal-pathspecs or the like must not change the patterns.
on_ours() {
  git --no-literal-pathspecs "$@" -- ':(glob)**/*.mv.yaml' ':(glob)**/*.model.yaml' ':(glob)**/*.features.yaml' \
    ':(glob)**/.mversion.yaml'
}

# Whether a tree has other files of ours than another tree. A commit that is not here is no difference.
trees_differ() {
  on_ours diff-tree -r --quiet "$1" "$2" 2>/dev/null
  [ $? -eq 1 ]
}
