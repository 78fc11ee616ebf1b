// LFS servers that misbehave: what is sent and received stays right, or is refused in words, and credentials stay at home.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLfs } from "../../src/remotes/lfs.ts";
import { openRemote } from "../../src/remotes/open.ts";
import type { GitAccess, Remote, RemoteContext, Transfer } from "../../src/remotes/remote.ts";
import { type Answer, json, type LfsServer, type Request, startLfsServer } from "../helpers/lfs-server.ts";

let server: LfsServer;
let dir: string;
const others: LfsServer[] = [];
let count = 0;

beforeEach(async () => {
  server = await startLfsServer();
  dir = mkdtempSync(join(tmpdir(), "mv-lfs-"));
});
afterEach(async () => {
  for (const one of [server, ...others.splice(0)]) await one.stop();
  rmSync(dir, { recursive: true, force: true });
});

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const settings = (): { url: string; endpoint: null; region: null; path_style: false } => ({
  url: `lfs+${server.url}`,
  endpoint: null,
  region: null,
  path_style: false,
});
const context = (git?: Partial<GitAccess>): RemoteContext => ({
  root: "/",
  env: {},
  gitConfig: async () => null,
  ...(git ? { git: { ...noGit, ...git } } : {}),
});
const noGit: GitAccess = {
  remoteUrl: async () => null,
  configFor: async () => null,
  lfsConfig: async () => null,
  credential: async () => null,
  pointerSize: async () => null,
};
/** Without retries: what a single attempt does. */
const once = (git?: Partial<GitAccess>): Promise<Remote> => openLfs("store", settings(), context(git));
const patient = (): Promise<Remote> => openRemote("store", settings(), context());

function sending(bytes: Uint8Array): Transfer {
  const file = join(dir, `sent-${(count += 1)}`);
  writeFileSync(file, bytes);
  return { sha256: sha(bytes), size: bytes.length, file };
}

/** An object that the server has, to be received; `have` are the first bytes that are here already. */
function receiving(bytes: Buffer, have = 0): Transfer {
  server.objects.set(sha(bytes), bytes);
  const file = join(dir, `got-${(count += 1)}`);
  if (have > 0) writeFileSync(file, bytes.subarray(0, have));
  return { sha256: sha(bytes), size: bytes.length, file };
}

const isBatch = ({ path }: Request): boolean => path.endsWith("/objects/batch");
const isGet = ({ method }: Request): boolean => method === "GET";
const puts = (): Request[] => server.requests.filter(({ method }) => method === "PUT");
const gets = (): Request[] => server.requests.filter(isGet);

/** A right batch answer, changed. */
function changed(request: Request, change: (object: Record<string, unknown>) => object | object[]): Answer {
  const right = JSON.parse(String(server.right(request).body)) as { objects: Record<string, unknown>[] };
  return json(200, { ...right, objects: right.objects.flatMap(change) });
}

describe("receiving", () => {
  const BYTES = randomBytes(200_000);

  const cases: Record<string, (request: Request) => Answer | null> = {
    "answers a range with everything": (request) => (isGet(request) ? { status: 200, body: BYTES } : null),
    "answers with another range": (request) =>
      isGet(request) && request.headers.range !== undefined
        ? { status: 206, headers: { "Content-Range": "bytes 5-199999/200000" }, body: BYTES.subarray(5) }
        : null,
    "answers with a range of something longer": (request) =>
      isGet(request) && request.headers.range !== undefined
        ? { status: 206, headers: { "Content-Range": "bytes 1000-199999/300000" }, body: BYTES.subarray(1000) }
        : null,
    "refuses every range": (request) =>
      isGet(request) && request.headers.range !== undefined ? { status: 416 } : null,
    "compresses what it was asked not to": (request) =>
      isGet(request) ? { status: 200, headers: { "Content-Encoding": "gzip" }, body: gzipSync(BYTES) } : null,
  };
  test.for(Object.entries(cases))("is right where a server %s", async ([, how]) => {
    server.misbehave(how);
    const wanted = receiving(BYTES, 1000);
    let bytes = 1000;
    const remote = await once();
    await remote.receive([wanted], { jobs: 1, onBytes: (length) => (bytes += length) });
    expect(readFileSync(wanted.file).equals(BYTES)).toBe(true);
    expect(bytes).toBe(BYTES.length);
  });

  test("goes on behind what came where the connection breaks", async () => {
    let broken = 0;
    server.misbehave((request) => {
      if (!isGet(request) || broken === 2) return null;
      broken += 1;
      return { ...server.right(request), cutAfter: 60_000 };
    });
    const wanted = receiving(BYTES);
    await (await patient()).receive([wanted], { jobs: 1 });
    expect(readFileSync(wanted.file).equals(BYTES)).toBe(true);
    const ranges = gets().map(({ headers }) => headers.range);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-199999$/.test(range ?? ""))).toBe(true);
  });

  test("takes no byte more or less than there should be, and keeps none of them", async () => {
    for (const body of [Buffer.concat([BYTES, BYTES]), BYTES.subarray(1)]) {
      server.misbehave((request) => (isGet(request) ? { status: 200, body } : null));
      const wanted = receiving(BYTES);
      await expect((await once()).receive([wanted], { jobs: 1 })).rejects.toMatchObject({ code: "bytes-wrong" });
      expect(statSync(wanted.file).size).toBe(0);
    }
  });

  test("tells that objects are absent where the whole question is refused for it", async () => {
    const absent = { sha256: "0".repeat(64), size: 1, file: join(dir, "absent") };
    const says = (message: string): void =>
      server.misbehave((request) => (isBatch(request) ? json(404, { message }) : null));
    says("Cannot find any of the requested objects");
    await expect((await once()).receive([absent], { jobs: 1 })).rejects.toMatchObject({ code: "object-missing" });
    expect(await (await once()).has([absent])).toEqual(new Set());
    says("Repository not found");
    await expect((await once()).receive([absent], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
  });

  test("reads no other bytes for an object's", async () => {
    const { sha256 } = receiving(Buffer.from("a manifest"));
    server.misbehave((request) => (isGet(request) ? { status: 200, body: "<html>no" } : null));
    const remote = await once({ pointerSize: async () => 10 });
    expect(await remote.read(sha256, 100)).toBeNull();
  });

  test("tells an absent object from an offer to take it", async () => {
    server.misbehave((request) =>
      isBatch(request)
        ? changed(request, ({ oid, size }) => ({
            oid,
            size,
            actions: { upload: { href: `${server.origin}/store/x` } },
          }))
        : null,
    );
    const wanted = { ...receiving(BYTES), file: join(dir, "absent") };
    await expect((await once()).receive([wanted], { jobs: 1 })).rejects.toMatchObject({ code: "object-missing" });
    expect(existsSync(wanted.file)).toBe(false);
  });
});

describe("an answer that cannot be relied on is refused whole", () => {
  const BYTES = Buffer.from("bytes");
  const answers: Record<string, (request: Request) => Answer> = {
    "another object": (request) => changed(request, (object) => ({ ...object, oid: "0".repeat(64) })),
    "an object twice": (request) => changed(request, (object) => [object, object]),
    "a negative size": (request) => changed(request, (object) => ({ ...object, size: -1 })),
    "a size that is no number": (request) => changed(request, (object) => ({ ...object, size: 1e300 })),
    "a file of this machine": (request) =>
      changed(request, (object) => ({ ...object, actions: { download: { href: "file:///etc/passwd" } } })),
    "a header of two lines": (request) =>
      changed(request, (object) => ({
        ...object,
        actions: { download: { href: `${server.origin}/store/x`, header: { A: "b\r\nHost: c" } } },
      })),
    "another transfer": (request) => json(200, { ...JSON.parse(String(server.right(request).body)), transfer: "tus" }),
    "another hash": (request) => json(200, { ...JSON.parse(String(server.right(request).body)), hash_algo: "md5" }),
    "no objects": () => json(200, {}),
    "a page": () => ({ status: 200, headers: { "Content-Type": "text/html" }, body: "<html>Log in</html>" }),
  };
  test.for(Object.entries(answers))("%s", async ([, answer]) => {
    server.misbehave((request) => (isBatch(request) ? answer(request) : null));
    const wanted = receiving(BYTES);
    const remote = await once();
    await expect(remote.receive([wanted], { jobs: 1 })).rejects.toMatchObject({ code: "unreachable" });
    await expect(remote.has([wanted])).rejects.toMatchObject({ code: "unreachable" });
    expect(gets()).toEqual([]);
  });

  test("an object that is left out is not taken for held", async () => {
    server.misbehave((request) => (isBatch(request) ? changed(request, () => []) : null));
    const sent = sending(BYTES);
    const remote = await once();
    expect(await remote.has([sent])).toEqual(new Set());
    await expect(remote.send([sent], { jobs: 1 })).rejects.toMatchObject({ code: "unreachable" });
  });
});

describe("sending", () => {
  test("believes the server only when it is asked again", async () => {
    server.misbehave(({ method, path }) => (method === "PUT" || path === "/verify" ? { status: 200 } : null));
    const done: string[] = [];
    let bytes = 0;
    const sent = sending(Buffer.from("lost"));
    const failing = (await once()).send([sent], {
      jobs: 1,
      onDone: ({ sha256 }) => done.push(sha256),
      onBytes: (length) => (bytes += length),
    });
    await expect(failing).rejects.toMatchObject({ code: "push-incomplete", details: { objects: [sent.sha256] } });
    expect(done).toEqual([]);
    expect(bytes).toBe(0);
  });

  test("refuses what the host does not take before anything is sent, in the host's words", async () => {
    const words = "Size must be less than or equal to 2147483648";
    server.misbehave((request) =>
      isBatch(request)
        ? changed(request, (object) =>
            Number(object["size"]) > 1000
              ? { oid: object["oid"], size: object["size"], error: { code: 422, message: words } }
              : object,
          )
        : null,
    );
    const objects = [
      ...Array.from({ length: 150 }, (_, at) => sending(Buffer.from(`small ${at}`))),
      sending(randomBytes(1001)),
    ];
    await expect((await once()).send(objects, { jobs: 4 })).rejects.toMatchObject({
      code: "too-big",
      message: expect.stringContaining(words),
    });
    expect(puts()).toEqual([]);
  });

  test("asks in smaller portions where a server finds them too large", async () => {
    server.misbehave((request) =>
      isBatch(request) && (JSON.parse(request.body.toString()) as { objects: [] }).objects.length > 10
        ? json(413, { message: "too many" })
        : null,
    );
    const objects = Array.from({ length: 60 }, (_, at) => sending(Buffer.from(`object ${at}`)));
    const remote = await once();
    await remote.send(objects, { jobs: 4 });
    expect((await remote.has(objects)).size).toBe(60);
    expect(server.batches().filter(({ objects: asked }) => asked.length > 10).length).toBeLessThan(6);
  });

  test("takes a new answer where one is over, or its link is refused", async () => {
    let asked = 0;
    let refused = 0;
    server.misbehave((request) => {
      if (request.method === "PUT" && refused++ === 0) return { status: 403 };
      if (!isBatch(request) || asked++ > 0) return null;
      return changed(request, ({ oid, size }) => ({
        oid,
        size,
        actions: { upload: { href: `${server.origin}/never`, expires_in: -10 } },
      }));
    });
    const sent = sending(Buffer.from("bytes"));
    await expect((await once()).send([sent], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
    await (await once()).send([sent], { jobs: 1 });
    expect(server.objects.has(sent.sha256)).toBe(true);
    expect(puts().some(({ path }) => path === "/never")).toBe(false);
  });

  test("passes on how long to wait, and that there is no room", async () => {
    const sent = sending(Buffer.from("bytes"));
    const says = (status: number, headers = {}): void =>
      server.misbehave((request) => (isBatch(request) ? json(status, { message: "Words of its own" }, headers) : null));
    says(429, { "Retry-After": "7" });
    await expect((await once()).send([sent], { jobs: 1 })).rejects.toMatchObject({
      code: "unreachable",
      details: { transient: true, retryAfterMs: 7000 },
    });
    for (const [status, code] of [
      [507, "no-space"],
      [509, "denied"],
      [404, "denied"],
    ] as const) {
      says(status);
      await expect((await once()).send([sent], { jobs: 1 })).rejects.toMatchObject({
        code,
        message: expect.stringContaining("Words of its own"),
      });
    }
  });

  test("a server that is away for a moment is asked again", async () => {
    let away = 2;
    server.misbehave(() => (away-- > 0 ? { status: 503 } : null));
    const sent = sending(Buffer.from("bytes"));
    await (await patient()).send([sent], { jobs: 1 });
    expect(server.objects.has(sent.sha256)).toBe(true);
  });
});

describe("credentials", () => {
  const LOGIN = { username: "ada", password: "a secret" };
  const BASIC = `Basic ${Buffer.from("ada:a secret").toString("base64")}`;
  /** 401 without a word of how, as giftless answers. */
  const closed = (request: Request): Answer | null =>
    isBatch(request) && request.headers.authorization !== BASIC ? { status: 401 } : null;

  function helper(login: Record<string, string> | null): { git: Partial<GitAccess>; heard: string[] } {
    const heard: string[] = [];
    return {
      heard,
      git: {
        async credential(verb, fields, ask) {
          heard.push(`${verb} ${fields["host"]}${ask === true ? " asking" : ""}`);
          return verb === "fill" && login !== null ? { ...fields, ...login } : null;
        },
      },
    };
  }

  test("are asked for where the server wants them, once, and told to be right", async () => {
    server.misbehave(closed);
    const { git, heard } = helper(LOGIN);
    const remote = await once(git);
    await remote.send([sending(Buffer.from("one"))], { jobs: 1 });
    await remote.send([sending(Buffer.from("two"))], { jobs: 1 });
    const host = new URL(server.origin).host;
    expect(heard).toEqual([`fill ${host} asking`, `approve ${host}`]);
    expect(puts().every(({ headers }) => headers.authorization === BASIC)).toBe(true);
  });

  test("that are wrong are told to be wrong, and are in no message", async () => {
    server.misbehave(closed);
    const { git, heard } = helper({ username: "ada", password: "other secret" });
    const failure = await (
      await once(git)
    )
      .send([sending(Buffer.from("x"))], { jobs: 1 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "denied" });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("secret");
    const host = new URL(server.origin).host;
    expect(heard).toEqual([`fill ${host} asking`, `reject ${host}`, `fill ${host} asking`]);
  });

  test("nobody is asked a password only to hear what is there", async () => {
    server.misbehave((request) =>
      isBatch(request) && request.body.toString().includes('"upload"') ? { status: 401 } : null,
    );
    const { git, heard } = helper(null);
    const wanted = receiving(Buffer.from("public"));
    expect(await (await once(git)).has([wanted])).toEqual(new Set([wanted.sha256]));
    expect(heard).toEqual([`fill ${new URL(server.origin).host}`]);
  });

  test("go to no other host, by link or by redirect", async () => {
    const other = await startLfsServer();
    others.push(other);
    const bytes = Buffer.from("bytes");
    other.objects.set(sha(bytes), bytes);
    for (const way of ["link", "redirect"]) {
      server.misbehave((request) => {
        const denied = closed(request);
        if (denied !== null) return denied;
        const target = `${other.origin}/store/${sha(bytes)}`;
        if (isGet(request)) return { status: 302, headers: { Location: target } };
        if (!isBatch(request)) return null;
        const href = way === "link" ? target : `${server.origin}/store/${sha(bytes)}`;
        return changed(request, ({ oid, size }) => ({ oid, size, actions: { download: { href } } }));
      });
      const wanted = { ...receiving(bytes), file: join(dir, way) };
      await (await once(helper(LOGIN).git)).receive([wanted], { jobs: 1 });
      expect(readFileSync(wanted.file).equals(bytes)).toBe(true);
    }
    expect(other.requests).toHaveLength(2);
    expect(other.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(gets()[0]?.headers.authorization).toBe(BASIC);
  });

  test("of an action stand alone", async () => {
    server.misbehave((request) => {
      const denied = closed(request);
      if (denied !== null || !isBatch(request)) return denied;
      const header = { Authorization: "Bearer of-the-action" };
      return changed(request, (object) => ({
        ...object,
        actions: { download: { href: `${server.origin}/store/${String(object["oid"])}`, header } },
      }));
    });
    await (await once(helper(LOGIN).git)).receive([receiving(Buffer.from("x"))], { jobs: 1 });
    expect(gets()[0]?.headers.authorization).toBe("Bearer of-the-action");
  });
});

describe("addresses", () => {
  const open = (url: string, git: Partial<GitAccess> = {}): Promise<Remote> =>
    openRemote("store", { ...settings(), url }, context(git));
  const asked = async (url: string, git: Partial<GitAccess> = {}): Promise<unknown> =>
    (await open(url, git)).has([{ sha256: "0".repeat(64), size: 1 }]).catch((error: unknown) => error);

  test("in the clear only to this machine", async () => {
    await expect(open("lfs+http://models.example/team/churn.git/info/lfs")).rejects.toMatchObject({ code: "usage" });
    const git = {
      lfsConfig: async () => "http://models.example/lfs",
      remoteUrl: async () => server.url.replace(/\/info\/lfs$/, ""),
    };
    expect(await asked("lfs", git)).toEqual(new Set());
  });

  test("that lead to no LFS server say so", async () => {
    expect(await asked("lfs")).toMatchObject({
      code: "usage",
      message: expect.stringContaining("Git has no remote origin"),
    });
    expect(await asked("lfs:forge", { remoteUrl: async () => "/srv/git/churn.git" })).toMatchObject({ code: "usage" });
    await expect(open("lfs:-u")).rejects.toMatchObject({ code: "usage" });
    await expect(open("lfs+ssh://-oProxyCommand=x/team")).rejects.toMatchObject({ code: "usage" });
  });
});
