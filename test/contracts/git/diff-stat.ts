// Changed lines, between commits and against the working tree.
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { expect } from "vitest";
import type { FileDelta } from "../../../src/git/git.ts";
import { createRepo, repoAt } from "../../helpers/git.ts";
import { type Adapter, ODD, ableTo } from "./adapter.ts";

const byPath = (deltas: readonly FileDelta[]): FileDelta[] => deltas.toSorted((a, b) => (a.path < b.path ? -1 : 1));

export function diffStatQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

  can("diffStat", "counts lines, without files of given ends, from a subfolder, with renames", async () => {
    const repo = createRepo({ config: { "diff.noprefix": "true", "diff.relative": "true", "color.ui": "always" } });
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
    const one = repo.commit("one", { "sub/train.py": "a\nb\n", "old.py": text, "m.mv.yaml": "1\n", "x[1].txt": "" });
    repo.git("mv", "old.py", "mit Leer.py");
    const two = repo.commit("two", {
      "sub/train.py": "a\nc\nd\n",
      "sub/deep/n.mv.yaml": "1\n",
      "m.mv.yaml": "2\n",
      ".mversion.yaml": "1\n",
      "b.bin": Buffer.from([0, 1, 2]),
      "x[1].txt": "1\n",
    });
    const git = await open(repo.path("sub"));
    expect(byPath(await git.diffStat(one, two, [".mv.yaml", ".mversion.yaml", "[1].txt"]))).toEqual([
      { path: "b.bin", added: null, removed: null },
      { path: "mit Leer.py", added: 0, removed: 0, from: "old.py" },
      { path: "sub/train.py", added: 2, removed: 1 },
    ]);
    repo.write("sub/train.py", "a\n");
    expect(await git.diffStat(two, null)).toEqual([{ path: "sub/train.py", added: 0, removed: 2 }]);
    expect(await git.diffStat(two, two)).toEqual([]);
  });

  can(
    "diffStat",
    "the working tree: gone, new, bits, links, odd names, ends of lines, what is not tracked",
    async () => {
      const repo = createRepo();
      const head = repo.commit("one", {
        "gone.txt": "1\n2\n",
        "run.sh": "#!/bin/sh\n",
        "end.txt": "1\n2",
        "crlf.txt": "1\n2\n",
        "link.txt": "a\n",
        [ODD]: "1\n",
        "same.txt": "1\n",
      });
      rmSync(repo.path("gone.txt"));
      chmodSync(repo.path("run.sh"), 0o755);
      repo.write("end.txt", "1\n2\n");
      repo.git("config", "core.autocrlf", "input");
      repo.write("crlf.txt", "1\r\n2\r\n3\r\n");
      rmSync(repo.path("link.txt"));
      symlinkSync("same.txt", repo.path("link.txt"));
      repo.write(ODD, "0\n1\n");
      repo.write("untracked.txt", "1\n");
      repo.write("new.txt", "x\ny\nz\n");
      repo.git("add", "new.txt");
      const git = await open(repo.dir);
      expect(byPath(await git.diffStat(head, null))).toEqual([
        { path: "crlf.txt", added: 1, removed: 0 },
        { path: "end.txt", added: 1, removed: 1 },
        { path: "gone.txt", added: 0, removed: 2 },
        { path: "link.txt", added: 1, removed: 1 },
        { path: ODD, added: 1, removed: 0 },
        { path: "new.txt", added: 3, removed: 0 },
        { path: "run.sh", added: 0, removed: 0 },
      ]);
    },
  );

  can("diffStat", "a submodule counts as the line of its commit", async () => {
    const inner = createRepo();
    inner.commit("inner", { "a.txt": "a" });
    const repo = createRepo();
    const none = repo.commit("none", { "a.txt": "a" });
    repo.git("submodule", "--quiet", "add", inner.dir, "lib");
    const one = repo.commit("one");
    repoAt(repo.path("lib")).commit("more");
    const two = repo.commit("two");
    const git = await open(repo.dir);
    expect(await git.diffStat(one, two)).toEqual([{ path: "lib", added: 1, removed: 1 }]);
    expect(await git.diffStat(none, two, [".gitmodules"])).toEqual([{ path: "lib", added: 1, removed: 0 }]);
    expect(await git.diffStat(two, null)).toEqual([]);
  });
}
