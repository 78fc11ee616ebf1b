// A remote behind SSH. The user's own `ssh` connects, so that agent, config, jump hosts and known_hosts are those of every day:
// a library would read none of them (ssh2 accepts any host key by itself). Over it we speak SFTP ourselves: `sftp -b` has no
// exclusive create for conditional writes, tells failures only in words, and waits for each of 10,000 small objects in turn.
import { createHash } from "node:crypto";
import { objectAt, objectPath, OBJECTS } from "./layout.ts";
import type { ObjectRef, Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { parseSshUrl } from "./ssh/address.ts";
import { createSshFiles, readWhole } from "./ssh/files.ts";
import { parentOf, pathIn, syncFolder } from "./ssh/place.ts";
import { receiveObject } from "./ssh/receive.ts";
import type { Parts } from "./ssh/send-large.ts";
import { sendObjects } from "./ssh/send.ts";
import { createSession, type Session, type Store } from "./ssh/session.ts";
import { requireGoing, together } from "./together.ts";

/** Questions on their way at once: answers are small, and a far server should not be waited for one by one. */
const ASKED_AT_ONCE = 128;
const LISTED_AT_ONCE = 16;

/** Opens `ssh://[user@]host[:port]/path`; connects when something is asked first. The folder must exist there. */
export async function openSsh(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const session = createSession(name, parseSshUrl(name, settings.url), context);
  const parts: Parts = new Map();
  return {
    name,
    url: settings.url,
    abilities: { write: true, list: true, remove: true, files: true },
    async has(objects, signal) {
      const held = new Set<string>();
      await session.use((store) =>
        together(objects, { jobs: ASKED_AT_ONCE, signal }, async ({ sha256, size }) => {
          const found = await store.sftp.lstat(pathIn(store, objectPath(sha256)));
          if (found?.kind === "file" && found.size === size) held.add(sha256);
        }),
      );
      return held;
    },
    send: (objects, options) => session.use((store) => sendObjects(store, parts, objects, options)),
    receive: (objects, options) =>
      session.use(async (store) => {
        requireGoing(options.signal);
        await receiveObjects(store, objects, options);
      }),
    async read(sha256, maxBytes) {
      const path = objectPath(sha256);
      const bytes = await session.use((store) => readWhole(store, pathIn(store, path), maxBytes));
      if (bytes === null || typeof bytes === "string") return null;
      return createHash("sha256").update(bytes).digest("hex") === sha256 ? bytes : null;
    },
    list: () => listObjects(session),
    remove: (sha256s) => session.use((store) => removeObjects(store, sha256s)),
    ...createSshFiles(session),
    close: session.close,
  };
}

/** Small ones wait for answers and not for each other; `jobs` counts only for large ones, which share the line. */
const SMALL = 128 * 1024;
const SMALL_AT_ONCE = 64;

async function receiveObjects(store: Store, ...[objects, options]: Parameters<Remote["receive"]>): Promise<void> {
  const [small, large] = [objects.filter(({ size }) => size <= SMALL), objects.filter(({ size }) => size > SMALL)];
  const receive = (object: (typeof objects)[number]): Promise<void> => receiveObject(store, object, options);
  await together(small, { jobs: SMALL_AT_ONCE, signal: options.signal }, receive);
  await together(large, options, receive);
}

async function removeObjects(store: Store, sha256s: readonly string[]): Promise<void> {
  const touched = new Set<string>();
  await together(sha256s, { jobs: ASKED_AT_ONCE }, async (sha256) => {
    const path = pathIn(store, objectPath(sha256));
    if ((await store.sftp.lstat(path)) === null) return;
    await store.sftp.remove(path);
    touched.add(parentOf(path));
  });
  await together([...touched], { jobs: ASKED_AT_ONCE }, (folder) => syncFolder(store, folder));
}

type Listed = ObjectRef & { readonly modified: Date };

async function* listObjects(session: Session): AsyncGenerator<Listed> {
  const folders = await session.use(async (store) => {
    const names: string[] = [];
    for await (const entries of store.sftp.entries(pathIn(store, OBJECTS))) {
      names.push(...entries.map(({ name }) => name).filter((name) => /^[0-9a-f]{2}$/.test(name)));
    }
    return names.toSorted();
  });
  for (let at = 0; at < folders.length; at += LISTED_AT_ONCE) {
    yield* await session.use(async (store) => {
      const found = folders.slice(at, at + LISTED_AT_ONCE).map((folder) => listFolder(store, folder));
      return (await Promise.all(found)).flat();
    });
  }
}

async function listFolder(store: Store, folder: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for await (const entries of store.sftp.entries(pathIn(store, `${OBJECTS}/${folder}`))) {
    for (const { name, attributes } of entries) {
      const path = `${OBJECTS}/${folder}/${name}`;
      const sha256 = objectAt(path);
      if (sha256 === null) continue;
      const isTold = attributes.kind !== null && attributes.size !== null && attributes.modified !== null;
      const told = isTold ? attributes : await store.sftp.lstat(pathIn(store, path));
      if (told?.kind !== "file" || told.size === null) continue;
      found.push({ sha256, size: told.size, modified: new Date((told.modified ?? 0) * 1000) });
    }
  }
  return found;
}
