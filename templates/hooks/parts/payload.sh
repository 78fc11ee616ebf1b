# Whether an object is an annotated tag of mversion: its message says so after its last line of three dashes.
is_release() {
  git cat-file tag "$1" 2>/dev/null | awk '
    $0 == "---" { next_is_first = 1; ours = 0; next }
    next_is_first { ours = ($0 ~ /^mversion: [0-9]+$/); next_is_first = 0 }
    END { exit !ours }'
}
