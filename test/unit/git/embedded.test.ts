import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { parseConfigFile } from "../../../src/git/embedded/config-file.ts";
import { parseIndex } from "../../../src/git/embedded/index-file.ts";
import { isRefName } from "../../../src/git/embedded/refs.ts";
import { parseConfigList } from "../../../src/git/settings.ts";
import { createRepo } from "../../helpers/git.ts";

const CONFIG = String.raw`# comment
nowhere = 1
; another
[core] bare = false ; same line
	hooksPath = "a b" c   # end
[Branch "Feature/X"] Merge=refs/heads/x
[branch "with \"quotes\" and \\ back\slash"]
	remote = origin
[old.Style]
	key = 1
[flag]
	set
	empty =
	long = one \
  two
	escapes = tab\tnewline\nquote\"backslash\\ end
	trailing = "kept  "   
	inner = a   b
	hash = "a # b"
	multi = 1
	multi = 2
	colon = a;b
`;

test("config files are read as git reads them", () => {
  const repo = createRepo({ init: false });
  repo.write("config", CONFIG);
  const said = parseConfigList(repo.git("config", "--file", "config", "--list", "-z"));
  const read = new Map<string, string[]>();
  for (const { key, value } of parseConfigFile(CONFIG, "config")) read.set(key, [...(read.get(key) ?? []), value]);
  expect(read).toEqual(said);
  expect(parseConfigFile(CONFIG.replaceAll("\n", "\r\n"), "config")).toEqual(parseConfigFile(CONFIG, "config"));
});

test.each(["[core\nx", "[a]\nset ; why", '[a]\nx = "open', "[a]\nx = \\q", "[a]\n1x = 1", "[a]\nx y"])(
  "%j is no config",
  (text) => {
    const repo = createRepo({ init: false });
    repo.write("config", text);
    expect(repo.tryGit("config", "--file", "config", "--list").status).not.toBe(0);
    expect(() => parseConfigFile(text, "f")).toThrow(/bad config line \d in file f/);
  },
);

/** True if it answers or refuses in words. */
function answers(work: () => unknown): boolean {
  try {
    work();
  } catch (error) {
    return isMvError(error);
  }
  return true;
}

test("no bytes make a parser fall over", () => {
  const header = fc.constantFrom(2, 3, 4).map((version) => Buffer.from([68, 73, 82, 67, 0, 0, 0, version, 0, 0, 0, 3]));
  const body = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(header, body, (head, rest) => answers(() => parseIndex(Buffer.concat([head, rest])))));
  fc.assert(fc.property(body, (bytes) => answers(() => parseIndex(Buffer.from(bytes)))));
  const lines = fc.array(fc.constantFrom("[a]", '[a "b"]', "x", "=", " ", "\\", '"', "\n", "#", "1", "[", "]"));
  fc.assert(fc.property(lines, (parts) => answers(() => parseConfigFile(parts.join(""), "f"))));
});

test("a ref name stays below refs/", () => {
  for (const name of ["refs/tags/v1.0.0+gpu", "refs/heads/ü", "refs/tags/churn@v1.0.0", "refs/tags/-x"]) {
    expect(isRefName(name), name).toBe(true);
  }
  for (const name of [
    "refs/../config",
    "HEAD",
    "refs/",
    "refs/a//b",
    "refs/.a",
    "refs/a.lock",
    "refs/a b",
    "refs/a\\b",
  ]) {
    expect(isRefName(name), name).toBe(false);
  }
});
