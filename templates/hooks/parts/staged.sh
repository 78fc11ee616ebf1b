# The number of bytes above which a staged file concerns the policy max_git_binary; nothing where it is off or there are no
# settings. From below, since the program decides: units are powers of 1000.
size_limit() {
  [ -f .mversion.yaml ] || return 0
  awk '
    BEGIN { limit = 5000000; power["k"] = 1e3; power["m"] = 1e6; power["g"] = 1e9; power["t"] = 1e12 }
    /^ *#/ { next }
    {
      text = tolower($0)
      if (!sub(/.*max_git_binary:[^0-9a-z]*/, "", text)) next
      limit = text + 0
      off = (text ~ /^(off|null|none|false)/)
      sub(/^[0-9.]+ */, "", text)
      unit = substr(text, 1, 1)
      if (unit in power) limit *= power[unit]
    }
    END { if (!off) printf "%.0f", limit }' .mversion.yaml
}

# Says what the commit is about to take: "ours" for pointers, records and settings, "big" for a file that the policy may
# keep out of Git, nothing for anything else.
look_at_index() {
  git diff --cached --quiet --no-ext-diff && return 0
  if ! command -v awk >/dev/null 2>&1; then
    # Slower: the program decides about sizes, of every commit.
    if on_ours diff --cached --quiet --no-ext-diff; then echo big; else echo ours; fi
    return 0
  fi
  git diff --cached --raw --no-abbrev --no-renames --no-ext-diff --no-color |
    awk -F '\t' '
      $2 ~ /(\.mv\.yaml|\.model\.yaml|\.features\.yaml|^\.mversion\.yaml|\/\.mversion\.yaml)"?$/ { print "ours"; exit }
      { split($1, field, " "); if (field[2] ~ /^100/) print field[4] }' |
    git cat-file --batch-check='%(objectsize)' |
    awk -v limit="$(size_limit)" '
      $1 == "ours" { found = "ours"; exit }
      limit != "" && $1 + 0 > limit + 0 { found = "big" }
      END { print found }'
}

# Lets the program decide where there is something to decide; a commit made by mversion itself is checked there. Without
# the program an innocent commit goes on, with a word.
check_commit() {
  hook=$1
  found=$2
  shift 2
  if find_program; then
    [ -n "$found" ] || return 0
    "$program" hook "$hook" "$@"
  elif [ "$found" = ours ]; then
    echo "mversion: refused: pointers or records are staged, and nothing can check them here: $missing." >&2
    echo "Next: npm install --global git-mversion, or unchecked: git commit --no-verify" >&2
    return 1
  else
    echo "mversion: not checked: $missing. No pointer or record is staged, so the commit goes on." >&2
  fi
}
