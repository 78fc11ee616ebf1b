// Runs mversion's command line in-process, as a person would type it, and shows what came of it for inline snapshots.
//
//   const repo = await sampleProject({ until: "1.1.0" });          // the walkthrough's repository, A and B there
//   const { status, stdout, stderr } = await run(repo, "mv log");
//   expect(await screen(repo, 'mv tag v1.2.0 -m "why"')).toMatchInlineSnapshot();   // all of it, stderr as "! …"
//   expect((await json(repo, "mv log --json")).data).toMatchObject({ … });
//
// The environment is test/helpers/git.ts's; the Python that `add` captures is a made-up 3.11.7 with scikit-learn 1.4.0.
import { cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run as runMain } from "../../src/cli/main.ts";
import { createRepo, type RepoOptions, scratchDir, testEnv, type TestRepo, tick } from "./git.ts";

export interface RunOptions {
  /** Current folder, the repository's own by default; relative to it. */
  cwd?: string;
  /** Added to the environment that mversion sees; undefined removes a variable. Git's own children see `process.env`. */
  env?: Record<string, string | undefined>;
  /** All of standard input. */
  input?: string;
  /** Answers to questions, in order; with them stdout and stderr are a terminal. */
  answers?: readonly string[];
  /** Leave object ids and the folder's path as they are. */
  raw?: boolean;
}

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  /** Both streams in the order of writing, stderr's lines marked with "! ", then "exit N" where it is not 0. */
  screen: string;
}

/** A JSON document as `--json` prints it. */
export interface Document {
  schema: number;
  command: string;
  ok: boolean;
  data?: unknown;
  error?: { code: string; message: string; hint: string | null; details: Record<string, unknown> };
  warnings: string[];
}

/** Runs a line such as `mv tag v1.0.0 -m "first release"`. Ids of commits and tags and the folder's path are replaced by words. */
export async function run(repo: TestRepo, line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
  const words = typeof line === "string" ? shellWords(line) : [...line];
  if (words[0] === "mv" || words[0] === "mversion" || words[0] === "git-mversion") words.shift();
  tick();
  const chunks: { stream: "out" | "err"; text: string }[] = [];
  const answers = [...(options.answers ?? [])];
  const status = await runMain(words, {
    out: (text) => void chunks.push({ stream: "out", text }),
    // Redrawn progress depends on how fast the machine is.
    err: (text) => void (text.startsWith("\r") || chunks.push({ stream: "err", text })),
    outIsTerminal: options.answers !== undefined,
    errIsTerminal: options.answers !== undefined,
    columns: 100,
    cwd: options.cwd === undefined ? repo.dir : repo.path(options.cwd),
    env: testEnv({ VIRTUAL_ENV: madeUpPython(), NO_COLOR: "1", ...options.env }),
    readInput: async () => options.input ?? "",
    ask: async (question) => {
      chunks.push({ stream: "err", text: `${question}\n` });
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`The test has no answer to: ${question}`);
      return answer;
    },
  });
  const replacements = options.raw ? [] : stableWords(repo);
  const stable = (text: string): string => replacements.reduce((now, [from, to]) => now.replaceAll(from, to), text);
  const of = (stream: "out" | "err"): string =>
    stable(
      chunks
        .filter((chunk) => chunk.stream === stream)
        .map((chunk) => chunk.text)
        .join(""),
    );
  const lines = chunks.map(({ stream, text }) =>
    stream === "out" ? text : text.replace(/\n$/, "").replace(/^/gm, "! ").concat("\n"),
  );
  const end = status === 0 ? "" : `exit ${status}\n`;
  return { status, stdout: of("out"), stderr: of("err"), screen: stable(lines.join("") + end).trimEnd() };
}

/** The whole terminal after a line, for an inline snapshot. */
export async function screen(repo: TestRepo, line: string | readonly string[], options?: RunOptions): Promise<string> {
  return (await run(repo, line, options)).screen;
}

/** The document that a line with `--json` prints. Throws where stdout is anything but one JSON document. */
export async function json(repo: TestRepo, line: string | readonly string[], options?: RunOptions): Promise<Document> {
  return JSON.parse((await run(repo, line, options)).stdout) as Document;
}

/** Runs lines that must succeed; the error of a failing one holds its whole terminal. */
export async function play(repo: TestRepo, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const { status, screen } = await run(repo, line);
    if (status !== 0) throw new Error(`$ ${line}\n${screen}`);
  }
}

/** The bytes of walkthrough.md's models A to E and of its dataset T, and the start of their SHA-256. */
export const BYTES = {
  A: "model A\n", // 54fc455b
  B: "model B\n", // 14148f94
  C: "model C\n", // b3242f12
  D: "model D\n", // de01334d
  E: "model E\n", // 7879040e
  T: "age,income,region,churned\n34,52000,north,0\n51,31000,south,1\n", // 68335d23
} as const;

export const MODEL = "models/model.onnx";
export const DATA = "data/train.csv";

export interface SampleOptions extends RepoOptions {
  /**
   * How far walkthrough A is played: "files" (init done, train.py, data and model A lie there, nothing added), "draft" (A is
   * 0.1.0-dev.1, committed), "1.0.0" (B released), "1.1.0" (C released). "files" by default.
   */
  until?: "files" | "draft" | "1.0.0" | "1.1.0";
  /** Install the hooks too. False by default: tests of one verb do not need them. */
  hooks?: boolean;
}

const built = new Map<string, Promise<TestRepo>>();

/** The repository of walkthrough A. The commands a person would type build it once in a test file; every call gets a copy. */
export async function sampleProject(options: SampleOptions = {}): Promise<TestRepo> {
  const key = JSON.stringify(options);
  const original = built.get(key) ?? playWalkthrough(options);
  built.set(key, original);
  const copy = createRepo({ ...options, init: false });
  cpSync((await original).dir, copy.dir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return copy;
}

async function playWalkthrough({ until = "files", hooks = false, ...options }: SampleOptions): Promise<TestRepo> {
  const repo = createRepo(options);
  await play(repo, `mv init --model churn${hooks ? "" : " --no-hooks"}`);
  repo.write("train.py", "import sklearn\n\nC = 1.0\n");
  trained(repo, DATA, BYTES.T, "2026-02-01");
  trained(repo, MODEL, BYTES.A, "2026-02-04");
  if (until === "files") return repo;

  await play(repo, `mv add ${DATA} --dataset`);
  await play(repo, `mv add ${MODEL} --metric accuracy=0.89 --param C=1.0 --feature-set 3.1.0`);
  repo.commit("First training");
  if (until === "draft") return repo;

  trained(repo, MODEL, BYTES.B, "2026-02-05");
  await play(repo, `mv add ${MODEL} --metric accuracy=0.90`);
  repo.git("commit", "-qam", "Shuffle before the split");
  await play(repo, 'mv tag v1.0.0 -m "Initial production-ready model"');
  if (until === "1.0.0") return repo;

  repo.write("train.py", "import sklearn\n\nC = 0.5\n");
  trained(repo, MODEL, BYTES.C, "2026-02-09");
  await play(repo, `mv add ${MODEL} --param C=0.5 --metric accuracy=0.91`);
  await play(repo, 'mv tag v1.1.0 -a -m "Retrained on the February snapshot"');
  return repo;
}

/** Writes a file as if a training had written it that day (UTC noon): `add` takes the training date from it. */
export function trained(repo: TestRepo, path: string, content: string | Uint8Array, day = "2026-02-09"): void {
  repo.write(path, content);
  const time = new Date(`${day}T12:00:00Z`);
  utimesSync(repo.path(path), time, time);
}

/** Words of a command line as a shell splits them: blanks, '…', "…" with \" and \\, and \x. Nothing else of a shell. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [match] of line.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs)) {
    words.push(
      match.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_all, double?: string, single?: string, char?: string) =>
        double === undefined ? (single ?? char ?? "") : double.replace(/\\(["\\$`])/g, "$1"),
      ),
    );
  }
  return words;
}

/** Object ids by what they are, oldest commit first, and the folder: what differs from run to run. */
function stableWords(repo: TestRepo): [from: string | RegExp, to: string][] {
  const words: [string | RegExp, string][] = [
    [repo.dir, "/repo"],
    [`${process.platform}-${process.arch}`, "linux-x64"],
  ];
  const name = (oid: string, word: string): void => {
    // Full ids, and their beginning where it stands as a word of its own.
    words.push([new RegExp(`\\b${oid.slice(0, 7)}(?:${oid.slice(7)})?\\b`, "g"), word]);
  };
  const commits = repo.tryGit("log", "--all", "--reverse", "--topo-order", "--format=%H").stdout.split("\n");
  commits.filter(Boolean).forEach((oid, at) => name(oid, `<commit ${at + 1}>`));
  for (const line of repo
    .tryGit("for-each-ref", "--format=%(objectname) %(refname:short)", "refs/tags")
    .stdout.split("\n")) {
    const [oid, tag] = line.split(" ");
    if (oid && tag && !commits.includes(oid)) name(oid, `<tag ${tag}>`);
  }
  return words;
}

let python: string | undefined;

/** A virtual environment as files alone: Python 3.11.7 (never run) with scikit-learn 1.4.0. */
function madeUpPython(): string {
  if (python !== undefined) return python;
  const base = scratchDir("python");
  const interpreter = join(base, "versions", "3.11.7", "bin");
  const site = join(base, "venv", "lib", "python3.11", "site-packages", "scikit_learn-1.4.0.dist-info");
  for (const folder of [interpreter, site, join(base, "venv", "bin")]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(interpreter, "python3"), "", { mode: 0o755 });
  symlinkSync(join(interpreter, "python3"), join(base, "venv", "bin", "python3"));
  writeFileSync(join(base, "venv", "pyvenv.cfg"), "version = 3.11.7\nimplementation = CPython\n");
  writeFileSync(join(site, "METADATA"), "Metadata-Version: 2.1\nName: scikit-learn\nVersion: 1.4.0\n");
  python = join(base, "venv");
  return python;
}
