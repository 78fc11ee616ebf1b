// What the documentation lists is what the code reads and writes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MODEL, play, run, sampleProject } from "../helpers/cli.ts";

const source = (...path: string[]): string => readFileSync(join(import.meta.dirname, "../..", ...path), "utf8");

function textsBelow(folder: string): string[] {
  const root = join(import.meta.dirname, "../..", folder);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

it("docs/format.md names every key of Git's config", () => {
  const texts = [...textsBelow("src"), ...textsBelow("templates")];
  const keys = texts.flatMap((text) => [...text.matchAll(/(?:"|--get |--get-all )(mversion\.[a-zA-Z]+)\b/g)]);
  const read = new Set(keys.map(([, key = ""]) => key));
  for (const other of ["mversion.json", "mversion.sh"]) read.delete(other);
  const documented = [...source("docs/format.md").matchAll(/^\| `(mversion\.[a-zA-Z]+)`/gm)].map(([, key = ""]) => key);
  expect(documented.toSorted()).toEqual([...read].toSorted());
});

it("docs/ARCHITECTURE.md names everything in .git/mversion", async () => {
  const repo = await sampleProject({ until: "1.1.0", hooks: true });
  await run(repo, "mv log");
  await play(repo, "mv status", `mv restore v1.0.0 ${MODEL}`);
  const table = source("docs/ARCHITECTURE.md").split("## Files on disk")[1] ?? "";
  const names = [...readdirSync(repo.path(".git/mversion")), ...readdirSync(repo.path(".git/mversion/cache"))];
  expect(names).toContain("stat");
  for (const name of names.filter((name) => name !== "cache"))
    expect(table).toMatch(new RegExp(`^\\| \`(?:cache/)?${name}\\b`, "m"));
});
