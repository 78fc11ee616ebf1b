// One store that two repositories share, each with a bare repository as origin: everything of both is pushed.
import { existsSync, utimesSync } from "node:fs";
import { openProjectRemote } from "../../src/operations/remotes.ts";
import { push } from "../../src/operations/push.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "./cli.ts";
import { cloneRepo, createRepo, scratchDir, type TestRepo } from "./git.ts";
import { sha256 } from "./program.ts";
import { openRepo } from "./project.ts";
import { objectFile, setRemotes } from "./shared.ts";

export interface Team {
  repo: TestRepo;
  origin: TestRepo;
}

export interface OneStore {
  store: string;
  /** Models B and C released, A an old draft. */
  churn: Team;
  /** One release of its own bytes, and a folder. */
  risk: Team;
  has(bytes: string): boolean;
}

export const RISK = { model: "risk model\n", vocab: "{}\n" };

export async function oneStore(): Promise<OneStore> {
  const store = scratchDir("store");
  const churn = await withOrigin(await sampleProject({ until: "1.1.0" }), store, "7d0c8f1e");
  const repo = createRepo();
  await play(repo, "mv init --model risk --no-hooks");
  const risk = await withOrigin(repo, store, "115c0de5");
  trained(repo, MODEL, RISK.model);
  repo.write("models/tokenizer/vocab.json", RISK.vocab);
  await play(repo, `mv add ${MODEL}`, "mv add models/tokenizer", 'mv tag v1.0.0 -a -m "risk"');
  for (const team of [churn, risk]) await push(await openRepo(team.repo), { words: [], all: true });
  return { store, churn, risk, has: (bytes) => isIn(store, bytes) };
}

export function isIn(store: string, bytes: string): boolean {
  return existsSync(objectFile(store, sha256(bytes)));
}

async function withOrigin(repo: TestRepo, store: string, id: string): Promise<Team> {
  const origin = createRepo({ bare: true });
  repo.git("remote", "add", "origin", `file://${origin.dir}`);
  setRemotes(repo, { store });
  repo.write(".mversion.yaml", repo.read(".mversion.yaml").replace(/^id: .*$/m, `id: ${id}`));
  repo.git("add", ".mversion.yaml");
  repo.git("commit", "-qm", "A store");
  return { repo, origin };
}

export const cloneOf = ({ origin }: Team): TestRepo => cloneRepo(origin);

/** Commits other bytes for the model as a draft; nothing is pushed. */
export async function retrain(repo: TestRepo, bytes: string): Promise<void> {
  trained(repo, MODEL, bytes);
  await play(repo, `mv add ${MODEL}`, "mv bump draft");
  repo.git("commit", "-qam", "retrained");
}

/** Bytes in the store that nothing needs, as an abandoned experiment leaves them: pushed without Git, and forgotten here too. */
export async function abandon({ repo }: Team, bytes: string): Promise<void> {
  repo.git("switch", "-qc", "experiment");
  await retrain(repo, bytes);
  await push(await openRepo(repo), { words: [], noGit: true });
  repo.git("switch", "-q", "main");
  repo.git("branch", "-qD", "experiment");
  repo.git("reflog", "expire", "--expire=now", "--all");
  await play(repo, "mv restore");
}

/** Makes an object of a folder store a year old. */
export function age(store: string, bytes: string): void {
  const then = Date.now() / 1000 - 365 * 24 * 3600;
  utimesSync(objectFile(store, sha256(bytes)), then, then);
}

/** The store, opened from a repository as its commands do. */
export async function openStore({ repo }: Team): Promise<Remote> {
  return openProjectRemote(await openRepo(repo), "store");
}

export { BYTES };
