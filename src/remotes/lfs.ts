// A remote that is a Git LFS server: that of the repository's own Git host, so that a team needs no bucket. Objects alone: the
// protocol has no listing, no deletion and no other files.
import { createHash } from "node:crypto";
import { isMvError, MvError } from "../errors.ts";
import { isSha } from "../model/content.ts";
import { gitRemoteOf } from "./lfs/addresses.ts";
import { createBatches, type Operation } from "./lfs/batch.ts";
import { createCredentials } from "./lfs/credentials.ts";
import { act, type Host, isHeld, isOffered } from "./lfs/objects.ts";
import { receiveObjects } from "./lfs/receive.ts";
import { refusal } from "./lfs/refusal.ts";
import { sendObjects } from "./lfs/send.ts";
import { addressesOf, createServer } from "./lfs/server.ts";
import type { ObjectRef, Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { timeoutOf } from "./timeout.ts";
import { together } from "./together.ts";
import { createAgents } from "./web/agents.ts";
import { createWeb, readAll } from "./web/client.ts";
import { createProxies } from "./web/proxy.ts";
import { gitTrust } from "./web/trust.ts";

const QUESTIONS_AT_ONCE = 4;

/** Opens `lfs` (the server of Git's remote origin), `lfs:NAME`, or `lfs+https://…`. Nothing is asked of it yet. */
export async function openLfs(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const peer = { name, url: settings.url };
  const credentials = createCredentials(name, context);
  const addresses = addressesOf(name, settings.url, context);
  const agents = createAgents({ trust: gitTrust(name, context), proxies: createProxies(name, context) });
  const web = createWeb(peer, await timeoutOf(context), agents);
  const server = createServer(peer, addresses, { web, credentials, context });
  const host: Host = { peer, server, batches: createBatches(peer, server) };
  const sizes = new Map<string, number>();
  const remember = (objects: readonly ObjectRef[]): void => {
    for (const { sha256, size } of objects) sizes.set(sha256, size);
  };
  let question: Operation = "upload";

  /** Which of a portion it holds. */
  async function held(objects: readonly ObjectRef[], signal?: AbortSignal): Promise<string[]> {
    if (question === "upload") {
      // The surer answer; whoever may only read gets the other one, and is asked for no password for it.
      try {
        const answers = await host.batches.ask("upload", objects, signal, false);
        host.batches.remember(answers);
        return objects.filter((object) => isHeld(answers.get(object.sha256), object)).map(({ sha256 }) => sha256);
      } catch (error) {
        if (!isMvError(error) || error.code !== "denied") throw error;
      }
    }
    const answers = await host.batches.ask("download", objects, signal);
    question = "download";
    return objects.filter((object) => isOffered(answers.get(object.sha256), object)).map(({ sha256 }) => sha256);
  }

  return {
    name,
    url: settings.url,
    abilities: { write: true, list: false, remove: false, files: false },
    async has(objects, signal) {
      requireNames(objects);
      const found = new Set<string>();
      const ask = async (portion: readonly ObjectRef[]): Promise<void> => {
        for (const sha256 of await held(portion, signal)) found.add(sha256);
      };
      const [first, ...others] = host.batches.portions(objects);
      // How we are let in is found out by one question.
      if (first) await ask(first);
      await together(others, { jobs: QUESTIONS_AT_ONCE, signal }, ask);
      remember(objects.filter(({ sha256 }) => found.has(sha256)));
      return found;
    },
    async send(objects, options) {
      requireNames(objects);
      if (options.replace === true) requireAbsent(name, objects);
      await sendObjects(host, objects, options);
      remember(objects);
      // Who has sent may ask the surer question.
      question = "upload";
    },
    async receive(objects, options) {
      requireNames(objects);
      await receiveObjects(host, objects, options);
    },
    async read(sha256, maxBytes) {
      requireNames([{ sha256 }]);
      const size =
        sizes.get(sha256) ?? (await context.git?.pointerSize(gitRemoteOf(settings.url) ?? "origin", sha256)) ?? null;
      if (size !== null && size > maxBytes) return null;
      return readSmall(host, { sha256, size: size ?? 0 }, maxBytes);
    },
    list: () => cannot(name, "list its objects"),
    remove: async () => cannot(name, "delete an object"),
    readFile: async () => noFiles(name),
    writeFile: async () => noFiles(name),
    listFiles: async () => noFiles(name),
    removeFile: async () => noFiles(name),
    async close() {
      web.close();
    },
  };
}

/** Where the size is not known some servers say it themselves, and others know no such object. */
async function readSmall(host: Host, asked: ObjectRef, maxBytes: number): Promise<Buffer | null> {
  const answer = (await host.batches.ask("download", [asked])).get(asked.sha256);
  if (answer === undefined || answer.error !== null || answer.download === null) return null;
  if (answer.size > maxBytes) return null;
  const object = { ...asked, file: "" };
  const done = await act(host, { object, answer }, "download", () => ({ headers: { "Accept-Encoding": "identity" } }));
  if (done === null) return null;
  const { reply } = done;
  if (reply.status === 404 || reply.status === 410) {
    reply.body.resume();
    return null;
  }
  if (reply.status !== 200) throw await refusal(host.peer, reply, { sha256: asked.sha256 });
  const bytes = await readAll(reply.body, maxBytes).catch((error: unknown) => {
    throw host.server.web.failure(error);
  });
  if (bytes === null) return null;
  return createHash("sha256").update(bytes).digest("hex") === asked.sha256 ? bytes : null;
}

function requireNames(objects: readonly { sha256: string }[]): void {
  const wrong = objects.find(({ sha256 }) => !isSha(sha256));
  if (wrong) throw new MvError("invalid-file", `${JSON.stringify(wrong.sha256.slice(0, 80))} is not a SHA-256`);
}

function requireAbsent(name: string, [first]: readonly { sha256: string }[]): void {
  if (first === undefined) return;
  throw new MvError("denied", `${name}: a Git LFS server keeps the object ${first.sha256.slice(0, 12)} that it has`, {
    hint: "whoever runs the Git host can remove it there; then mv push",
    details: { remote: name, sha256: first.sha256 },
  });
}

function cannot(name: string, what: string): never {
  throw new MvError("gc-refused", `${name}: the protocol of Git LFS cannot ${what}`, {
    hint: "the settings of the Git host can; or use a store of another kind: mv remote add",
    details: { remote: name },
  });
}

function noFiles(name: string): never {
  throw new MvError("denied", `${name}: a Git LFS server holds objects alone, no other files`, {
    hint: "releases and stages are in Git; for a store that has them too: mv remote add, with s3://…, ssh://… or a folder",
    details: { remote: name },
  });
}
