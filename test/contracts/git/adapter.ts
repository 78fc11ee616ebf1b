// An adapter under test and what it can do; repositories that several parts of the contract use.
import { test } from "vitest";
import type { Git } from "../../../src/git/git.ts";
import { type TestRepo, createRepo } from "../../helpers/git.ts";

/** A method of Git, or one of these kinds of repository. */
export type Ability = keyof Git | "sha256" | "conflict stages" | "working tree config";

export interface Adapter {
  open(cwd: string): Promise<Git>;
  /** What the adapter cannot do; it must then say so with "git-needed". */
  needsGit: readonly Ability[];
}

/** Makes tests of one ability each, skipped where the adapter lacks it. */
export function ableTo(adapter: Adapter): (ability: Ability, title: string, body: () => Promise<void>) => void {
  return (ability, title, body) => {
    test.skipIf(adapter.needsGit.includes(ability))(`${ability}: ${title}`, body);
  };
}

/** A name that breaks whatever takes names line by line or as patterns. */
export const ODD = "mit Leerzeichen/ü né\nzweite Zeile.txt";

/** A history with a merge: base - left, right - merge - top; top and base touch deep/. */
export function merged() {
  const repo = createRepo();
  const base = repo.commit("base", { "deep/x.txt": "0" });
  repo.git("switch", "-qc", "side");
  const right = repo.commit("right", { "r.txt": "r" });
  repo.git("switch", "-q", "main");
  const left = repo.commit("left", { "l.txt": "l" });
  repo.git("merge", "-q", "--no-ff", "-m", "merge", "side");
  const merge = repo.head();
  const top = repo.commit("top", { "deep/x.txt": "1" });
  return { repo, base, left, right, merge, top };
}

/** A merge stopped by a conflict in f.txt. */
export function conflict(): TestRepo {
  const repo = createRepo();
  repo.commit("base", { "f.txt": "0\n", "other.txt": "" });
  repo.git("switch", "-qc", "side");
  repo.commit("theirs", { "f.txt": "theirs\n" });
  repo.git("switch", "-q", "main");
  repo.commit("ours", { "f.txt": "ours\n" });
  repo.tryGit("merge", "-q", "side");
  return repo;
}
