// A web server that misbehaves on purpose: what is received is right or refused, and nothing secret goes elsewhere.
import { hash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isMvError } from "../../src/errors.ts";
import { openHttp } from "../../src/remotes/http.ts";
import type { Remote, Transfer } from "../../src/remotes/remote.ts";
import { withRetry } from "../../src/remotes/retry.ts";
import { startWebServer, type WebServer } from "../helpers/web-server.ts";

const BYTES = randomBytes(300_000);
const SHA = hash("sha256", BYTES);

let folder: string;
let server: WebServer;
let remote: Remote;
let waits: number[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mv-web-"));
  const www = join(folder, "www");
  place(www, `objects/${SHA.slice(0, 2)}/${SHA}`, BYTES);
  server = await startWebServer(www);
  waits = [];
  remote = await open();
});
afterEach(async () => {
  await remote.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function place(root: string, path: string, bytes: Uint8Array): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

async function open(env: NodeJS.ProcessEnv = {}, url = server.url): Promise<Remote> {
  const settings = { url, endpoint: null, region: null, path_style: false };
  const context = { root: "/", env, gitConfig: async (key: string) => (key === "mversion.timeout" ? "1" : null) };
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  return withRetry(await openHttp("web", settings, context), { wait });
}

function target(have?: Uint8Array): Transfer {
  const file = join(folder, "incoming");
  if (have) writeFileSync(file, have);
  return { sha256: SHA, size: BYTES.length, file };
}

/** What receiving ended with: "right", "wrong bytes" (the caller's hash refuses them), or the code of the error. */
async function receive(have?: Uint8Array): Promise<{ outcome: string; counted: number; message: string }> {
  let counted = 0;
  const object = target(have);
  try {
    await remote.receive([object], { jobs: 1, onBytes: (count) => (counted += count) });
    const isRight = readFileSync(object.file).equals(BYTES);
    return { outcome: isRight ? "right" : "wrong bytes", counted, message: "" };
  } catch (error) {
    if (!isMvError(error)) throw error;
    return { outcome: error.code, counted, message: error.message };
  }
}

const times = (count: number): (() => boolean) => {
  let left = count;
  return () => (left -= 1) >= 0;
};

describe("an answer that is not the object", () => {
  test("ends early once: goes on behind what came", async () => {
    const first = times(1);
    server.fault = (_, response) => {
      if (!first()) return false;
      response.writeHead(200, { etag: '"x"', "content-length": BYTES.length });
      response.write(BYTES.subarray(0, 100_000), () => response.socket?.end());
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "right" });
  });

  test("ends early always: given up, and nothing is told to be whole", async () => {
    server.fault = (_, response) => {
      response.writeHead(200, { "content-length": BYTES.length });
      response.write(BYTES.subarray(0, 1000), () => response.socket?.end());
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "unreachable" });
    expect(waits.length).toBeGreaterThan(3);
  });

  test.for([
    ["shorter", BYTES.subarray(1)],
    ["longer", Buffer.concat([BYTES, Buffer.from("x")])],
    ["a page of HTML", Buffer.from("<html>please log in</html>")],
  ] as const)("is %s: refused", async ([, body]) => {
    server.fault = (_, response) => {
      response.writeHead(200, { "content-length": body.length }).end(body);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "bytes-wrong" });
  });

  test("is longer, and does not say so: refused before the disk is full", async () => {
    server.fault = (_, response) => {
      response.writeHead(200);
      response.write(BYTES);
      response.end(BYTES);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "bytes-wrong" });
    expect(readFileSync(target().file).length).toBeLessThanOrEqual(BYTES.length);
  });

  test("has other bytes of the same length: left for the caller's hash, and never read as a manifest", async () => {
    const other = randomBytes(BYTES.length);
    server.fault = (_, response) => {
      response.writeHead(200, { "content-length": other.length }).end(other);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "wrong bytes" });
    expect(await remote.read(SHA, BYTES.length)).toBeNull();
  });

  test.for([
    ["gzip", gzipSync(BYTES)],
    ["br", brotliCompressSync(BYTES)],
  ] as const)("is %s although nobody asked: decoded, from its start", async ([encoding, body]) => {
    server.fault = (request, response) => {
      expect(request.headers["accept-encoding"]).toBe("identity");
      response.writeHead(200, { "content-encoding": encoding }).end(body);
      return true;
    };
    expect(await receive(BYTES.subarray(0, 1000))).toMatchObject({ outcome: "right" });
    expect(await remote.read(SHA, BYTES.length)).toEqual(BYTES);
  });

  test("is said to be gzip and is not: refused", async () => {
    server.fault = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(BYTES);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "bytes-wrong" });
    expect(await remote.read(SHA, BYTES.length)).toBeNull();
  });

  test("is marked as gzip with the object's own length: its bytes are taken as they are", async () => {
    server.fault = (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": BYTES.length }).end(BYTES);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "right" });
  });
});

describe("going on behind a first part", () => {
  const HAVE = BYTES.subarray(0, 100_000);

  test("asks for the rest only", async () => {
    expect(await receive(HAVE)).toEqual({ outcome: "right", counted: 200_000, message: "" });
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(["bytes=100000-"]);
  });

  test.for([
    ["ignores ranges", 200, undefined],
    ["gives another range", 206, "bytes 0-299999/300000"],
    ["gives a part of something else", 206, "bytes 100000-299999/400000"],
    ["does not say which part it gives", 206, undefined],
    ["refuses the range", 416, "bytes */300000"],
  ] as const)("the server %s: starts again", async ([, status, range]) => {
    server.fault = (request, response) => {
      if (request.headers.range === undefined) return false;
      const body = status === 416 ? Buffer.alloc(0) : range?.startsWith("bytes 1") ? BYTES.subarray(100_000) : BYTES;
      response.writeHead(status, { "content-length": body.length, ...(range ? { "content-range": range } : {}) });
      response.end(body);
      return true;
    };
    expect(await receive(HAVE)).toMatchObject({ outcome: "right" });
  });

  test("names what it has begun, so that a changed object starts again, and counts no byte twice", async () => {
    const first = times(1);
    const changed = randomBytes(BYTES.length);
    server.fault = (_, response) => {
      if (!first()) return false;
      response.writeHead(200, { etag: '"before"', "content-length": BYTES.length });
      response.write(changed.subarray(0, 50_000));
      return true;
    };
    expect(await receive()).toEqual({ outcome: "right", counted: BYTES.length, message: "" });
    expect(server.requests[1]?.headers["if-range"]).toBe('"before"');
  });
});

describe("a server that cannot answer now", () => {
  test.for([500, 502, 503, 504, 408])("HTTP %i, then right: repeated", async (status) => {
    const first = times(2);
    server.fault = (_, response) => (first() ? (response.writeHead(status).end(), true) : false);
    expect(await receive()).toMatchObject({ outcome: "right" });
    expect(waits).toHaveLength(2);
  });

  test("waits as long as it is asked to, but not for ever", async () => {
    const answers = ["3", new Date(Date.now() + 9000).toUTCString(), "999999"];
    server.fault = (_, response) => {
      const after = answers.shift();
      return after === undefined ? false : (response.writeHead(429, { "retry-after": after }).end(), true);
    };
    expect(await receive()).toMatchObject({ outcome: "right" });
    expect(waits[0]).toBe(3000);
    expect(waits[1]).toBeGreaterThan(5000);
    expect(waits[2]).toBeLessThanOrEqual(60_000);
  });

  test.for([
    [401, "denied"],
    [403, "denied"],
    [404, "object-missing"],
    [410, "object-missing"],
    [501, "unreachable"],
    [507, "unreachable"],
  ] as const)("HTTP %i is final: %s", async ([status, code]) => {
    server.fault = (_, response) => (response.writeHead(status).end("<b>no</b>"), true);
    expect(await receive()).toMatchObject({ outcome: code });
    expect(waits).toEqual([]);
  });

  test("takes the request and stays silent: given up after the time of mversion.timeout, and repeated", async () => {
    const first = times(1);
    server.fault = () => first();
    expect(await receive()).toMatchObject({ outcome: "right" });
    expect(waits).toHaveLength(1);
  });

  test("stays silent in the middle: goes on behind what came", async () => {
    const first = times(1);
    server.fault = (_, response) => {
      if (!first()) return false;
      response.writeHead(200, { "content-length": BYTES.length });
      response.write(BYTES.subarray(0, 100_000));
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "right", counted: BYTES.length });
    expect(server.requests[1]?.headers.range).toBe("bytes=100000-");
  });

  test("is not there: said at once", async () => {
    await server.close();
    expect(await receive()).toMatchObject({
      outcome: "unreachable",
      message: `web: ${server.url} refuses the connection`,
    });
    expect(waits).toEqual([]);
  });
});

describe("has", () => {
  test("asks in another way where the server has no HEAD, and knows a file of no bytes", async () => {
    const empty = hash("sha256", "");
    place(join(folder, "www"), `objects/${empty.slice(0, 2)}/${empty}`, Buffer.alloc(0));
    server.fault = (request, response) => (request.method === "HEAD" ? (response.writeHead(405).end(), true) : false);
    const asked = [
      { sha256: SHA, size: BYTES.length },
      { sha256: empty, size: 0 },
      { sha256: "0".repeat(64), size: 1 },
    ];
    expect(await remote.has(asked)).toEqual(new Set([SHA, empty]));
  });

  test("a refusal is not an absence", async () => {
    server.fault = (_, response) => (response.writeHead(403).end(), true);
    await expect(remote.has([{ sha256: SHA, size: 1 }])).rejects.toMatchObject({ code: "denied" });
  });
});

describe("redirects and credentials", () => {
  let other: WebServer;
  beforeEach(async () => {
    other = await startWebServer(join(folder, "www"));
    writeFileSync(join(folder, "netrc"), "machine 127.0.0.1 login ada password s3cret\n");
    await remote.close();
    remote = await open({ NETRC: join(folder, "netrc") });
  });
  afterEach(() => other.close());

  const BASIC = `Basic ${Buffer.from("ada:s3cret").toString("base64")}`;

  test("credentials of .netrc go to the host, and not where it redirects to", async () => {
    server.fault = (request, response) => {
      expect(request.headers.authorization).toBe(BASIC);
      response.writeHead(302, { location: `${other.url}${request.url}?signature=x` }).end();
      return true;
    };
    const seen: unknown[] = [];
    other.fault = (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, { "content-length": BYTES.length }).end(BYTES);
      return true;
    };
    expect(await receive()).toMatchObject({ outcome: "right" });
    expect(seen).toEqual([undefined]);
  });

  test("a redirect within the host keeps them", async () => {
    const first = times(1);
    server.fault = (request, response) =>
      first() ? (response.writeHead(307, { location: request.url ?? "" }).end(), true) : false;
    expect(await receive()).toMatchObject({ outcome: "right" });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([BASIC, BASIC]);
  });

  test.for([
    ["in a circle", "/objects"],
    ["to a file", "file:///etc/passwd"],
    ["to an address with a password", "http://ada:s3cret@127.0.0.1:1/"],
    ["to nothing", "http://"],
  ] as const)("a redirect %s is refused", async ([, location]) => {
    server.fault = (_, response) => (response.writeHead(302, { location }).end(), true);
    const { outcome, message } = await receive();
    expect(outcome).toBe("unreachable");
    expect(message).not.toContain("s3cret");
    expect(existsSync(target().file)).toBe(false);
  });

  test.for(["https://ada:s3cret@host/x", "https://ada@host/x", "https://host/x?token=s3cret", "https://host/#s3cret"])(
    "an address with a secret is refused, and not repeated: %s",
    async (url) => {
      const failure = await open({}, url).catch((error: unknown) => error);
      expect(isMvError(failure) && failure.code).toBe("usage");
      expect(JSON.stringify([failure, (failure as Error).message])).not.toContain("s3cret");
    },
  );

  test("over plain HTTP to another machine they are not sent", async () => {
    writeFileSync(join(folder, "netrc"), "machine models.invalid login ada password s3cret\n");
    const far = await open({ NETRC: join(folder, "netrc") }, "http://models.invalid/");
    await expect(far.read(SHA, 10)).rejects.toMatchObject({ code: "unreachable" });
    await far.close();
  });
});
