// Names that a file system has and a line of text has not, all the way round: added, ignored, released, brought back.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkout } from "../../src/operations/checkout.ts";
import { ignoredName, ignoreLine } from "../../src/operations/ignore-file.ts";
import { move } from "../../src/operations/move.ts";
import { remove } from "../../src/operations/remove.ts";
import { restore } from "../../src/operations/restore.ts";
import { tag } from "../../src/operations/tag.ts";
import { quoted } from "../../src/operations/targets.ts";
import { verify } from "../../src/operations/verify.ts";
import { sampleProject } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { addTo, openRepo } from "../helpers/project.ts";

const NAMES = [
  "new\nline",
  "ends\n",
  "cr\r",
  "cr\rlf\n",
  "ta\tb",
  "back\\slash",
  "\\",
  "literal\\n",
  `quo'te"s`,
  "trailing  ",
  "dot.",
  "esc\u001b[31m",
  "\u0001",
  "[\n]",
  "ü😀",
];
const LONGEST = "x".repeat(255);

let released: TestRepo;

beforeAll(async () => {
  released = await sampleProject();
  for (const name of [...NAMES, LONGEST]) {
    released.write(`models/tok/${name}`, `member ${name}`);
    released.write(`models/tok/deep ${name.slice(0, 250)}/${name}`, `deeper ${name}`);
  }
  for (const name of NAMES) released.write(`models/${name}`, `artifact ${name}`);
  await addTo(released, ["models/tok", ...NAMES.map((name) => `models/${name}`)]);
  await tag(await openRepo(released), { versions: ["1.0.0"], reason: "all names", all: true });
});

/** Every file below models/ that is neither a pointer nor Git's, with its text. */
function files(repo: TestRepo): Record<string, string> {
  const found = readdirSync(repo.path("models"), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !/\.mv\.yaml$|^\.gitignore$/s.test(item.name))
    .map((item) => join(item.parentPath, item.name));
  return Object.fromEntries(found.toSorted().map((path) => [path.slice(repo.dir.length), readFileSync(path, "utf8")]));
}

describe("odd names", () => {
  it("are ignored by Git one by one, and nothing beside them", () => {
    const repo = forkRepo(released);
    const like = ["newXline", "new\u0001line", "crX", "trailing", "trailing ", "dot", "back", "[X]"];
    for (const name of like) repo.write(`models/${name}`, "another");
    const untracked = repo.git("status", "--short", "-z", "--untracked-files=all", "models").split("\0");
    expect(untracked.filter((line) => line !== "").toSorted()).toEqual(
      ["model.onnx", ...like].map((name) => `?? models/${name}`).toSorted(),
    );
    expect(NAMES.map((name) => ignoredName(ignoreLine(name)))).toEqual(NAMES);
  });

  it("come back by checkout and restore byte for byte, and verify knows them", async () => {
    const repo = forkRepo(released);
    const before = files(repo);
    expect(Object.keys(before)).toHaveLength(3 * NAMES.length + 2 + 1);
    rmSync(repo.path("models/tok"), { recursive: true });
    for (const name of NAMES) rmSync(repo.path(`models/${name}`));
    const project = await openRepo(repo);
    await restore(project, { words: [] });
    expect(files(repo)).toEqual(before);

    repo.write("models/new\nline", "other bytes");
    repo.write("models/tok/new\nline", "other bytes");
    await addTo(repo, ["models/new\nline", "models/tok"]);
    await tag(await openRepo(repo), { versions: ["1.1.0"], reason: "changed", all: true });
    await checkout(await openRepo(repo), { version: "v1.0.0" });
    expect(files(repo)).toEqual(before);
    expect((await verify(await openRepo(repo), { versions: [], all: true })).problems).toEqual([]);
  });

  it("are moved and removed like others", async () => {
    const repo = forkRepo(released);
    await move(await openRepo(repo), { from: "models/new\nline", to: "models/cr\r\n " });
    expect(repo.read("models/cr\r\n ")).toBe("artifact new\nline");
    await remove(await openRepo(repo), { paths: ["models/cr\r\n "] });
    expect(repo.read("models/.gitignore").split("\n")).not.toContain(ignoreLine("cr\r\n "));
  });

  it("are typed in a hint as a shell reads them back", () => {
    for (const name of [...NAMES, "\u00017", "$(x)", "a\u009bb"]) {
      expect(execFileSync("bash", ["-c", `printf %s ${quoted(name)}`], { encoding: "utf8" })).toBe(name);
      expect(quoted(name)).not.toMatch(/\p{Cc}/u);
    }
  });
});
