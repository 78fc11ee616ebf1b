// What commits and the index change, file by file: a few processes however many commits. Used by `check` and the hooks.
import { spawn } from "node:child_process";
import { type Call, ask, askText, childEnv, notStarted, unreadable } from "./spawn.ts";

/** Where git is started; every `Git` is one. */
interface Repository {
  readonly root: string;
}

export interface ChangedFile {
  path: string;
  /** The blob after the change; zeros where the file is gone. */
  oid: string;
  /** Six octal digits after the change; 000000 where the file is gone. */
  mode: string;
  /** True where no parent that was compared has the file. */
  added: boolean;
}

export interface ChangesQuery {
  commits: readonly string[];
  /**
   * What counts as a change of a merge. "any-parent": whatever differs from one of its parents, so also all that the merge
   * brought in. "all-parents": only what none of them has.
   */
  merges: "any-parent" | "all-parents";
  /** Glob pathspecs, matched from the top; all files without. */
  globs?: readonly string[];
  /** Further files by their exact path. */
  files?: readonly string[];
}

const RAW = ["-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff"];

/** The files that commits change, by commit; a commit that changes none of the asked files is not in the map. */
export async function changedFiles(repository: Repository, query: ChangesQuery): Promise<Map<string, ChangedFile[]>> {
  const { commits, globs = [], files = [] } = query;
  if (commits.length === 0) return new Map();
  const specs = [...globs.map((glob) => `:(top,glob)${glob}`), ...files.map((file) => `:(top,literal)${file}`)];
  const args = ["diff-tree", "--stdin", "--root", query.merges === "any-parent" ? "-m" : "-c", ...RAW];
  const text = await questionText(
    repository,
    ["--no-literal-pathspecs", ...args, ...(specs.length > 0 ? ["--", ...specs] : [])],
    {
      input: `${commits.join("\n")}\n`,
    },
  );
  return parseRaw(text);
}

/** The files in which the index differs from a commit. */
export async function stagedFiles(repository: Repository, commit: string): Promise<ChangedFile[]> {
  const text = await questionText(repository, ["diff-index", "--cached", ...RAW, "--end-of-options", commit, "--"]);
  return parseRaw(`${commit}\0${text}`).get(commit) ?? [];
}

/** Whether a change put bytes of its own into Git: neither a removal, nor a symlink, nor a submodule. */
export function hasBytes(file: ChangedFile): boolean {
  return file.mode.startsWith("100");
}

/**
 * Reads `diff-tree --stdin -z`: a commit's id, then pairs of a line of modes, ids and status, and a path. A merge compared
 * with all its parents has as many colons in front as parents.
 */
function parseRaw(text: string): Map<string, ChangedFile[]> {
  const found = new Map<string, ChangedFile[]>();
  const words = text.split("\0");
  let commit = "";
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "") continue;
    if (!word.startsWith(":")) {
      commit = word;
      continue;
    }
    const colons = /^:+/.exec(word)?.[0].length ?? 1;
    const fields = word.slice(colons).split(" ");
    const before = fields.slice(0, colons);
    at += 1;
    // Git names a merge that it compared, whether it found a file or not.
    const files = found.get(commit) ?? [];
    found.set(commit, files);
    files.push({
      path: words[at] ?? "",
      mode: fields[colons] ?? "",
      oid: fields[2 * colons + 1] ?? "",
      added: before.every((mode) => mode === "000000"),
    });
  }
  return found;
}

/** The first bytes of a blob, without reading the rest of it. */
export function firstBytes(repository: Repository, oid: string, count: number): Promise<Buffer> {
  return new Promise((done, fail) => {
    const child = spawn("git", ["--no-replace-objects", "cat-file", "blob", oid], {
      cwd: repository.root,
      env: childEnv(),
      stdio: ["ignore", "pipe", "ignore"],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= count) child.kill();
    });
    child.on("error", (cause) => fail(notStarted(cause)));
    child.on("close", () => done(Buffer.concat(chunks).subarray(0, count)));
  });
}

/** What a remote held when it was last fetched or pushed to; of all remotes where that one has no tracking refs. */
export async function remoteTips(repository: Repository, remote: string): Promise<string[]> {
  const isName = /^[\w.-][\w./-]*$/.test(remote) && !remote.includes("..");
  const own = isName ? await tips(repository, `refs/remotes/${remote}/`) : [];
  return own.length > 0 ? own : tips(repository, "refs/remotes/");
}

/** The commits that all branches of a repository hold. */
export function branchTips(repository: Repository): Promise<string[]> {
  return tips(repository, "refs/heads/");
}

/** Short names of the branches, and the commits that they hold. */
export async function localBranches(repository: Repository): Promise<{ name: string; oid: string }[]> {
  const text = await questionText(repository, ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/"]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const at = line.indexOf(" ");
      return { oid: line.slice(0, at), name: line.slice(at + 1 + "refs/heads/".length) };
    });
}

async function tips(repository: Repository, prefix: string): Promise<string[]> {
  const text = await questionText(repository, ["for-each-ref", "--format=%(objectname)", prefix]);
  return [...new Set(text.split("\n").filter((oid) => oid !== ""))];
}

/** Files that Git does not track, ignored or not, by glob pathspecs from the top. Walks the whole working tree. */
export async function untrackedFiles(repository: Repository, globs: readonly string[]): Promise<string[]> {
  const specs = globs.map((glob) => `:(top,glob)${glob}`);
  const text = await questionText(repository, ["--no-literal-pathspecs", "ls-files", "--others", "-z", "--", ...specs]);
  return text.split("\0").filter((path) => path !== "");
}

function questionText(
  repository: Repository,
  args: readonly string[],
  call?: Omit<Call, "cwd" | "args">,
): Promise<string> {
  return askText(placeOf(repository), args, call);
}

/** The commit where a branch's upstream stands (`main@{upstream}`), or null. */
export async function upstreamOf(repository: Repository, branch: string): Promise<string | null> {
  const answer = await ask(placeOf(repository), ["for-each-ref", "--format=%(upstream)", `refs/heads/${branch}`]);
  if (answer.status !== 0) throw unreadable(answer);
  return answer.stdout.toString("utf8").trim() || null;
}

/** Questions are asked from the top; nothing else of a place is needed for these. */
function placeOf({ root }: Repository) {
  return { root, gitDir: root, commonDir: root, bare: false, shallow: false };
}
