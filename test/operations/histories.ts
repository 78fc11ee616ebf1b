// Histories of models as plain files on real Git: pointers, records and release tags, written without commands of mversion and
// without any artifact, so that a test says in a line what a commit holds.
//
//   const history = createHistory();                       // model churn, settings committed
//   history.model("1.0.0", { "models/model.onnx": "A" });  // record and pointers, not committed
//   expect(await history.commit("first training")).toEqual([]);   // what --staged says, then the commit
//   history.release("1.0.0");                              // annotated tag with its payload at HEAD
//   expect(await history.rules()).toEqual([]);             // what the check of the whole history says
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { check, type CheckInput, type CheckResult } from "../../src/operations/check.ts";
import { openHere } from "../../src/operations/hook/open.ts";
import type { Project } from "../../src/operations/project.ts";
import { type Artifact, contentOf } from "../../src/model/content.ts";
import { pointerPath } from "../../src/model/paths.ts";
import { formatPointer, type Role } from "../../src/model/pointer.ts";
import { newRecord, parseRecord } from "../../src/model/record.ts";
import { formatReleaseMessage } from "../../src/model/release.ts";
import { numberText, type Value } from "../../src/model/value.ts";
import { formatTag } from "../../src/model/version.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";

/** Bytes by a letter, by path. */
export type Files = Record<string, string>;

export const ONNX = "models/model.onnx";

export interface History {
  repo: TestRepo;
  project(env?: NodeJS.ProcessEnv): Promise<Project>;
  /** Writes a model's record and pointers; those of before are removed. `fields` go into the record. */
  model(version: string, files: Files, options?: { model?: string; fields?: Record<string, Value> }): void;
  /** Writes one pointer that no record lists. */
  pointer(path: string, letter: string, role: Role): void;
  /** Writes .mversion.yaml with these lines after the models. */
  settings(...lines: string[]): void;
  /** Commits everything, past all hooks. Returns what `check --staged` said of it before: "rule severity". */
  commit(message: string): Promise<string[]>;
  /** Tags HEAD (or a commit) as the release that its record declares. */
  release(version: string, options?: { model?: string; at?: string; seal?: { version: string; tag: string } }): string;
  check(input?: CheckInput): Promise<CheckResult>;
  /** "subject: rule severity" of a check, in its order; "rule severity" where it is about no commit. */
  rules(input?: CheckInput): Promise<string[]>;
}

export function shaOf(letter: string): string {
  return createHash("sha256").update(`model ${letter}\n`).digest("hex");
}

export function createHistory(models: readonly string[] = ["churn"]): History {
  const repo = createRepo();
  const formats = Object.fromEntries(models.map((name, at) => [name, at === 0 ? "v{version}" : "{model}@v{version}"]));
  const listed = new Map<string, string[]>();

  const history: History = {
    repo,
    project: (env = process.env) => openHere({ cwd: repo.dir, env }),
    settings(...lines) {
      const rows = models.map((name) => `  ${name}: {record: ${name}.model.yaml, tag: "${formats[name]}"}`);
      repo.write(".mversion.yaml", ["schema: 1", "models:", ...rows, ...lines, ""].join("\n"));
    },
    model(version, files, { model = models[0] ?? "", fields = {} } = {}) {
      const others = [...listed].filter(([name]) => name !== model).flatMap(([, paths]) => paths);
      for (const path of listed.get(model) ?? []) {
        if (!(path in files) && !others.includes(path)) rmSync(repo.path(pointerPath(path)), { force: true });
      }
      listed.set(model, Object.keys(files));
      for (const [path, letter] of Object.entries(files)) repo.write(pointerPath(path), pointerText(path, letter));
      repo.write(`${model}.model.yaml`, recordText(model, version, files, fields));
    },
    pointer: (path, letter, role) => repo.write(pointerPath(path), pointerText(path, letter, role)),
    async commit(message) {
      repo.git("add", "--all");
      const staged = told(await check(await history.project(), { staged: true }));
      repo.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message);
      return staged;
    },
    release(version, { model = models[0] ?? "", at = "HEAD", seal } = {}) {
      const file = `${model}.model.yaml`;
      const text = `${repo.git("show", `${at}:${file}`)}\n`;
      const record = parseRecord(text, file);
      const message = formatReleaseMessage({
        model,
        version,
        reason: "because",
        bump: "minor",
        previous: null,
        seal: seal ?? null,
        content: record.content ?? "",
        record: { path: file, sha256: createHash("sha256").update(text).digest("hex") },
        artifacts: record.artifacts,
        datasets: record.datasets,
        dataset_snapshot_id: null,
        feature_set_version: null,
      });
      const tag = formatTag(formats[model] ?? "", model, version);
      repo.gitWith({ input: message }, "tag", "--annotate", "--cleanup=verbatim", "--file=-", tag, at);
      return repo.git("rev-parse", `refs/tags/${tag}`);
    },
    check: async (input = { all: true }) => check(await history.project(), input),
    rules: async (input = { all: true }) => told(await check(await history.project(), input)),
  };
  history.settings();
  repo.commit("mv init");
  return history;
}

function told(result: CheckResult): string[] {
  return result.findings.map(
    ({ rule, severity, commit }) => `${commit ? `${commit.subject}: ` : ""}${rule} ${severity}`,
  );
}

function pointerText(path: string, letter: string, role: Role = "model"): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return formatPointer({
    schema: 1,
    path: name,
    kind: "file",
    role,
    sha256: shaOf(letter),
    xxh64: shaOf(letter).slice(0, 16),
    size: 8,
    extra: {},
  });
}

function recordText(model: string, version: string, files: Files, fields: Record<string, Value>): string {
  const artifacts: Artifact[] = Object.entries(files)
    .map(([path, letter]): Artifact => ({ path, kind: "file", sha256: shaOf(letter), size: 8 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return newRecord({
    schema: numberText("1"),
    model_name: model,
    version,
    content: artifacts.length > 0 ? `sha256:${contentOf(artifacts)}` : undefined,
    ...fields,
    artifacts: artifacts.map(({ path, kind, sha256, size }) => ({
      path,
      kind,
      sha256,
      size: numberText(String(size)),
    })),
  });
}
