# Whether an object is an annotated tag of mversion: its message says so after its last line of three dashes.
is_release() {
  git cat-file tag "$1" 2>/dev/null | {
    after=
    ours=1
    while IFS= read -r line; do
      if [ "$line" = --- ]; then
        after=1
        ours=1
      elif [ -n "$after" ]; then
        after=
        case $line in "mversion: "*) line=${line#mversion: } ;; *) continue ;; esac
        case $line in "" | *[!0-9]*) ;; *) ours=0 ;; esac
      fi
    done
    return $ours
  }
}
