# Whether artifacts may follow the pointers now: never for CI, within a command of ours, or while a commit hides unstaged
# changes (the pre-commit framework runs `git checkout -- .` then: its sign is GIT_INDEX_FILE, which no user's checkout has).
may_follow() {
  [ -z "${MVERSION_NESTED-}${GIT_INDEX_FILE-}" ] || return 1
  case ${CI-} in "" | 0 | false) ;; *) return 1 ;; esac
  find_places
  [ ! -e "$git_dir/BISECT_START" ]
}

# A rebase moves the tree many times and calls post-rewrite at its end; one that has nothing to pick does not.
is_rebasing() {
  [ -s "$git_dir/rebase-merge/git-rebase-todo" ] || [ -d "$git_dir/rebase-apply" ]
}

# `rebase --apply` has no folder yet when it checks out what it will build on: only the reflog says so.
begins_rebase() {
  [ ! -d "$git_dir/rebase-merge" ] || return 1
  case $(git log --walk-reflogs --max-count=1 --format=%gs HEAD 2>/dev/null) in "rebase (start)"*) return 0 ;; esac
  return 1
}

# Brings the artifacts along. What happens there never fails the command of Git that is already done.
follow() {
  find_program || return 0
  "$program" hook "$@" || return 0
}
