// Making and removing release tags: tag objects without refs first, then one ref transaction.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import type { NewTag } from "./git.ts";
import { readObjects } from "./objects.ts";
import { readRef } from "./refs.ts";
import { change } from "./simple.ts";
import { LOCAL_ENV, type Place, askText, run, words } from "./spawn.ts";

type Made = { name: string; oid: string };

export async function createTags(
  place: Place,
  tags: readonly NewTag[],
  sign: boolean | undefined,
  configured: () => Promise<boolean>,
  onOutput: ((text: string) => void) | null,
): Promise<Made[]> {
  if (tags.length === 0) return [];
  await refuseTaken(place, tags);
  const signed = sign ?? (await configured());
  const made = await inScratch(place, async (scratch) => {
    const objects: Made[] = [];
    for (const tag of tags)
      objects.push({ name: tag.name, oid: await makeObject(place, scratch, tag, signed, onOutput) });
    return objects;
  });
  const { status, output } = await transaction(
    place,
    made.map(({ name, oid }) => `create refs/tags/${name}\0${oid}\0`),
    "release",
    onOutput,
  );
  if (status === 0) return made;
  await refuseTaken(place, tags);
  throw new MvError("commit-failed", words(output), { details: { status } });
}

export async function deleteTags(
  place: Place,
  tags: readonly Made[],
  env: Record<string, string> | undefined,
  onOutput: ((text: string) => void) | null,
): Promise<void> {
  if (tags.length === 0) return;
  const lines = tags.map(({ name, oid }) => `delete refs/tags/${name}\0${oid}\0`);
  const { status, output } = await transaction(place, lines, "untag", onOutput, env);
  if (status !== 0) throw new MvError("release-final", words(output), { details: { status } });
}

/** All or none; Git compares each old value with the lock held, so nobody else's tag is taken for ours. */
function transaction(
  place: Place,
  lines: readonly string[],
  why: string,
  onOutput: ((text: string) => void) | null,
  env?: Record<string, string>,
) {
  // Whoever holds the lock is about to be done: then Git says that the tag exists, rather than that a lock does.
  const args = ["-c", "core.filesRefLockTimeout=5000", "update-ref", "-m", `mversion: ${why}`, "--stdin", "-z"];
  return change(place.root, { args, input: lines.join(""), env, onOutput });
}

async function refuseTaken(place: Place, tags: readonly NewTag[]): Promise<void> {
  const known = await Promise.all(tags.map((tag) => readRef(place, `refs/tags/${tag.name}`)));
  const taken = tags.filter((_, index) => known[index] !== null).map((tag) => tag.name);
  if (taken.length > 0) {
    throw new MvError("version-exists", `${taken.join(", ")} exists already`, { details: { tags: taken } });
  }
}

interface Scratch {
  dir: string;
  env: Record<string, string | undefined>;
}

/**
 * `git tag` can sign, but not without writing a ref. So it writes it into a bare repository of its own that has the real
 * one's objects and config, inside the common directory, where `includeIf "gitdir:…"` still holds.
 */
async function inScratch<T>(place: Place, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const objects = await askText(place, ["rev-parse", "--path-format=absolute", "--git-path", "objects"]);
  const home = join(place.commonDir, "mversion");
  await mkdir(home, { recursive: true });
  const dir = await mkdtemp(join(home, "tag-"));
  try {
    await mkdir(join(dir, "refs"));
    await writeFile(join(dir, "HEAD"), "ref: refs/heads/none\n");
    await writeFile(join(dir, "config"), await scratchConfig(place));
    const env = { ...LOCAL_ENV, GIT_DIR: dir, GIT_OBJECT_DIRECTORY: objects.replace(/\n$/, "") };
    return await work({ dir, env });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function scratchConfig(place: Place): Promise<string> {
  const format = await askText(place, ["rev-parse", "--show-object-format"]);
  const sha256 = format.trim() === "sha256" ? "[extensions]\n\tobjectFormat = sha256\n" : "";
  const includes = [join(place.commonDir, "config"), join(place.gitDir, "config.worktree")];
  const quoted = includes.map((file) => `\tpath = "${file.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"\n`);
  return `[core]\n\trepositoryFormatVersion = ${sha256 === "" ? 0 : 1}\n\tbare = true\n${sha256}[include]\n${quoted.join("")}`;
}

async function makeObject(
  place: Place,
  { dir, env }: Scratch,
  tag: NewTag,
  signed: boolean,
  onOutput: ((text: string) => void) | null,
): Promise<string> {
  // Without a last newline a signature would be glued to the last line, and not verify.
  const input = tag.message.endsWith("\n") ? tag.message : `${tag.message}\n`;
  // This ref is nobody's business: neither the user's hooks nor ours see it.
  const quiet = ["-c", "core.hooksPath=/dev/null"];
  const options = ["--annotate", signed ? "--sign" : "--no-sign", "--cleanup=verbatim", "--file=-"];
  const answer = await run({
    cwd: dir,
    args: [...quiet, "tag", ...options, "--end-of-options", tag.name, tag.target],
    input,
    env,
  });
  const oid = answer.status === 0 ? (await readFile(join(dir, "refs/tags", tag.name), "utf8")).trim() : "";
  // Git 2.39 exits 0 with an unsigned tag where ssh-keygen has no key.
  if (oid !== "" && (!signed || (await hasSignature(place, oid, input)))) return oid;
  onOutput?.(answer.stderr);
  throw new MvError("commit-failed", words(answer.stderr), { details: { tag: tag.name, status: answer.status } });
}

/** A signature follows the message in the object, whichever program made it. */
async function hasSignature(place: Place, oid: string, message: string): Promise<boolean> {
  const bytes = (await readObjects(place, [oid])).get(oid)?.bytes ?? Buffer.alloc(0);
  const body = bytes.subarray(bytes.indexOf("\n\n") + 2);
  return body.length > Buffer.byteLength(message);
}
