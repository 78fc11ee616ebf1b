// Part of the contract of every Git adapter: objects and files.
import { rmSync, symlinkSync } from "node:fs";
import { describe, expect } from "vitest";
import { createRepo } from "../../helpers/git.ts";
import { type Adapter, ODD, conflict, ableTo } from "./adapter.ts";

export function objectQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

  describe("objects and files", () => {
    can("readObjects", "gives bytes as they are, leaves out what is not here", async () => {
      const repo = createRepo();
      const bytes = Buffer.from([0, 10, 255, 254, 13, 10, 0]);
      repo.commit("one", { bin: bytes, empty: "", long: "x".repeat(300_000) });
      repo.git("tag", "-a", "v1", "-m", "words");
      const oids = ["HEAD:bin", "HEAD:empty", "HEAD:long", "v1", "HEAD"].map((name) => repo.git("rev-parse", name));
      const git = await open(repo.dir);
      const found = await git.readObjects([...oids, "1".repeat(40), "HEAD", "--all\n", ...oids]);
      expect(found.size).toBe(5);
      expect(found.get(oids[0] ?? "")).toEqual({ type: "blob", bytes });
      expect(found.get(oids[1] ?? "")?.bytes.length).toBe(0);
      expect(found.get(oids[2] ?? "")?.bytes.length).toBe(300_000);
      expect(found.get(oids[3] ?? "")).toMatchObject({ type: "tag" });
      expect(found.get(oids[3] ?? "")?.bytes.toString()).toBe(`${repo.git("cat-file", "tag", "v1")}\n`);
      expect(found.get(oids[4] ?? "")?.type).toBe("commit");
      expect(await git.readObjects([])).toEqual(new Map());
      expect(await git.sizes([...oids.slice(0, 3), "1".repeat(40), "HEAD"])).toEqual(
        new Map([7, 0, 300_000].map((size, index) => [oids[index], size])),
      );
    });

    can("readObjects", "does not follow replace refs", async () => {
      const repo = createRepo();
      repo.commit("one", { a: "real", b: "fake" });
      const [real = "", fake = ""] = repo.git("rev-parse", "HEAD:a", "HEAD:b").split("\n");
      repo.git("replace", real, fake);
      const git = await open(repo.dir);
      expect((await git.readObjects([real])).get(real)?.bytes.toString()).toBe("real");
      expect(await git.readPaths([{ rev: repo.head(), path: "a" }])).toEqual([Buffer.from("real")]);
    });

    can("readPaths", "reads commit, tree and index in the order asked", async () => {
      const repo = createRepo();
      const oid = repo.commit("one", { "a.txt": "one\n", "d/e.txt": "deep", [ODD]: "odd", "0:a.txt": "colon" });
      symlinkSync("a.txt", repo.path("link"));
      repo.commit("two", { "a.txt": "two\n" });
      repo.write("a.txt", "staged\n");
      repo.git("add", "a.txt");
      repo.write("a.txt", "not staged\n");
      const git = await open(repo.dir);
      const tree = repo.git("rev-parse", `${oid}^{tree}`);
      const specs: [string, string, string | null][] = [
        [oid, "a.txt", "one\n"],
        ["", "a.txt", "staged\n"],
        [repo.head(), "a.txt", "two\n"],
        [tree, "d/e.txt", "deep"],
        [oid, "d", null],
        ["", "d", null],
        [oid, "missing", null],
        ["", "missing.txt", null],
        ["1".repeat(40), "a.txt", null],
        ["", "0:a.txt", "colon"],
        ["", "link", "a.txt"],
      ];
      const odd: [string, string, string | null][] = [
        [oid, ODD, "odd"],
        ["", ODD, "odd"],
        [oid, "x\ny", null],
        [oid, "a.txt", "one\n"],
        [oid, "d\r", null],
      ];
      for (const group of [specs, [...odd, ...specs]]) {
        const bytes = await git.readPaths(group.map(([rev, path]) => ({ rev, path })));
        expect(bytes.map((file) => file?.toString() ?? null)).toEqual(group.map(([, , text]) => text));
      }
      expect(await git.readPaths([])).toEqual([]);
    });

    can("unmerged", "lists each path in conflict once", async () => {
      const repo = conflict();
      expect(await (await open(repo.dir)).unmerged()).toEqual(["f.txt"]);
      repo.git("add", "f.txt");
      expect(await (await open(repo.dir)).unmerged()).toEqual([]);
    });

    can("conflict stages", "are read as :1, :2 and :3", async () => {
      const repo = conflict();
      const git = await open(repo.dir);
      const read = await git.readPaths([":1", ":2", ":3", ""].map((rev) => ({ rev, path: "f.txt" })));
      expect(read.map((file) => file?.toString() ?? null)).toEqual(["0\n", "ours\n", "theirs\n", null]);
      expect((await git.listFiles("")).map((file) => file.path)).toEqual(["other.txt"]);
    });

    can("listFiles", "gives mode and oid, of all or by suffix", async () => {
      const repo = createRepo();
      repo.write("run.sh", "#!/bin/sh\n", { executable: true });
      symlinkSync("run.sh", repo.path("link"));
      const oid = repo.commit("one", { [ODD]: "odd", "m/a.mv.yaml": "1", "b.mv.yaml": "2", "b.mv.yaml.txt": "" });
      const git = await open(repo.dir);
      const names = ["b.mv.yaml", "b.mv.yaml.txt", "link", "m/a.mv.yaml", ODD, "run.sh"];
      const modes: Record<string, string> = { link: "120000", "run.sh": "100755" };
      const expected = names.map((path) => ({
        path,
        oid: repo.git("rev-parse", `HEAD:${path}`),
        mode: modes[path] ?? "100644",
      }));
      expect(await git.listFiles(oid)).toEqual(expected);
      expect(await git.listFiles("")).toEqual(expected);
      expect((await git.listFiles(oid, [".mv.yaml", ".sh"])).map((file) => file.path)).toEqual([
        "b.mv.yaml",
        "m/a.mv.yaml",
        "run.sh",
      ]);
      expect((await git.listFiles("", [".mv.yaml"])).map((file) => file.path)).toEqual(["b.mv.yaml", "m/a.mv.yaml"]);
    });

    can("trackedUnder", "takes names as they are, not as patterns", async () => {
      const repo = createRepo();
      repo.commit("one", { "a.txt": "", "d/e.txt": "", "d/f/g.txt": "", "[ab].txt": "", [ODD]: "" });
      const git = await open(repo.dir);
      expect(await git.trackedUnder(["d", "missing", "d/e.txt"])).toEqual(["d/e.txt", "d/f/g.txt"]);
      expect(await git.trackedUnder(["[ab].txt", "*.txt", ":(top)d"])).toEqual(["[ab].txt"]);
      expect(await git.trackedUnder([ODD])).toEqual([ODD]);
      expect(await git.trackedUnder([])).toEqual([]);
    });

    can("keptOut", "names what a sparse checkout leaves out, and nothing else", async () => {
      const repo = createRepo();
      repo.commit("one", { "a.txt": "", "d/[x].txt": "", "d/gone.txt": "", "e/f.txt": "" });
      repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/d/[[]x].txt", "!/e/");
      rmSync(repo.path("d/gone.txt"));
      const git = await open(repo.dir);
      expect(await git.keptOut(["e/f.txt", "d/[x].txt", "d/gone.txt", "a.txt", "missing", "e"])).toEqual([
        "e/f.txt",
        "d/[x].txt",
      ]);
      expect(await git.keptOut([])).toEqual([]);
    });
  });
}
