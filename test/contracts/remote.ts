// What every remote must do, whatever its scheme. A new remote calls remoteContract with a way to open a fresh, empty store.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isMvError } from "../../src/errors.ts";
import type { ObjectRef, Remote, Transfer } from "../../src/remotes/remote.ts";

/** A fresh, empty store for one test. */
export interface RemoteUnderTest {
  remote: Remote;
  /** Puts bytes under an object's name, past the remote: a torn write, rot, or the only way into a read-only remote. */
  place?: (sha256: string, bytes: Uint8Array) => void | Promise<void>;
  /** Puts a named file there, past the remote. */
  placeFile?: (path: string, bytes: Uint8Array) => void | Promise<void>;
  /** The same store once more, as another process opens it. */
  again: () => Promise<Remote>;
}

export interface ContractOptions {
  /** Sizes in bytes that go there and back. */
  sizes?: readonly number[];
  /** How many small objects are sent, listed and asked for at once. */
  many?: number;
}

const MiB = 1024 * 1024;
const SIZES = [0, 1, 63, 65_536, 131_073, 8 * MiB - 1, 8 * MiB, 8 * MiB + 1];

export function remoteContract(
  name: string,
  open: () => Promise<RemoteUnderTest>,
  { sizes = SIZES, many = 1100 }: ContractOptions = {},
): void {
  describe(`the remote ${name}`, () => {
    let under: RemoteUnderTest;
    let remote: Remote;
    let dir: string;
    let count = 0;

    beforeEach(async () => {
      dir = mkdtempSync(join(tmpdir(), "mv-remote-"));
      under = await open();
      remote = under.remote;
    });
    afterEach(async () => {
      await remote.close();
      rmSync(dir, { recursive: true, force: true });
    });

    const fresh = (): string => join(dir, `file-${(count += 1)}`);
    const object = (bytes: Uint8Array): Transfer => {
      const file = fresh();
      writeFileSync(file, bytes);
      return { sha256: sha(bytes), size: bytes.length, file };
    };
    const objects = (amount: number): Transfer[] =>
      Array.from({ length: amount }, (_, at) => object(Buffer.from(`object ${at} of ${name}\n`)));
    const target = ({ sha256, size }: ObjectRef): Transfer => ({ sha256, size, file: fresh() });

    /** Puts objects there, through the remote where it can be written to. */
    async function put(...transfers: Transfer[]): Promise<void> {
      if (remote.abilities.write) return remote.send(transfers, { jobs: 4 });
      for (const { sha256, file } of transfers) await under.place?.(sha256, readFileSync(file));
    }

    async function got(wanted: Transfer): Promise<Buffer> {
      await remote.receive([wanted], { jobs: 1 });
      return readFileSync(wanted.file);
    }

    test("says who it is, without a secret", () => {
      expect(remote.name).not.toBe("");
      expect(remote.url).not.toMatch(/:\/\/[^/]*:[^/]*@/);
    });

    test.for(sizes)("%i bytes go there and back", async (size) => {
      const sent = object(randomBytes(size));
      expect(await remote.has([sent])).toEqual(new Set());
      await put(sent);
      expect(await remote.has([sent])).toEqual(new Set([sent.sha256]));
      const bytes = await got(target(sent));
      expect(bytes.equals(readFileSync(sent.file))).toBe(true);
    });

    test("many objects go there and back, a few at a time, each told once", async () => {
      const sent = objects(many);
      const [done, back]: [string[], string[]] = [[], []];
      let bytes = 0;
      if (remote.abilities.write) {
        await remote.send(sent, {
          jobs: 6,
          onDone: ({ sha256 }) => done.push(sha256),
          onBytes: (length) => (bytes += length),
        });
        expect(done.toSorted()).toEqual(sent.map(({ sha256 }) => sha256).toSorted());
        expect(bytes).toBe(total(sent));
      } else await put(...sent);
      expect((await remote.has(sent)).size).toBe(many);
      bytes = 0;
      const wanted = sent.map(target);
      await remote.receive(wanted, {
        jobs: 6,
        onDone: ({ sha256 }) => back.push(sha256),
        onBytes: (length) => (bytes += length),
      });
      expect(back.toSorted()).toEqual(sent.map(({ sha256 }) => sha256).toSorted());
      expect(bytes).toBe(total(sent));
      expect(wanted.every(({ file, sha256 }) => sha(readFileSync(file)) === sha256)).toBe(true);
    });

    test("has tells what is there from what is not", async () => {
      const [here, gone] = [object(Buffer.from("here")), object(Buffer.from("gone"))];
      await put(here);
      expect(await remote.has([gone, here, { ...here, size: 5 }].slice(0, 2))).toEqual(new Set([here.sha256]));
      expect(await remote.has([{ sha256: here.sha256, size: 5 }])).toEqual(new Set());
      expect(await remote.has([])).toEqual(new Set());
    });

    test("an absent object cannot be received, and the others still are", async () => {
      const [here, gone] = [object(Buffer.from("here")), object(Buffer.from("gone"))];
      await put(here);
      const wanted = target(gone);
      await expect(remote.receive([wanted], { jobs: 1 })).rejects.toMatchObject({
        code: "object-missing",
        details: { sha256: gone.sha256 },
      });
      const done: string[] = [];
      const both = [target(here), wanted];
      await expect(remote.receive(both, { jobs: 2, onDone: ({ sha256 }) => done.push(sha256) })).rejects.toMatchObject({
        code: "object-missing",
      });
      expect(done).toEqual([here.sha256]);
    });

    test.for([1, MiB - 7, MiB])("receiving goes on behind the first %i bytes", async (length) => {
      const bytes = randomBytes(MiB + 1);
      const sent = object(bytes);
      await put(sent);
      const wanted = target(sent);
      writeFileSync(wanted.file, bytes.subarray(0, length));
      expect((await got(wanted)).equals(bytes)).toBe(true);
    });

    test("a file that is whole or too long already ends with the right size", async () => {
      const bytes = randomBytes(1000);
      const sent = object(bytes);
      await put(sent);
      const [whole, long] = [target(sent), target(sent)];
      writeFileSync(whole.file, bytes);
      writeFileSync(long.file, randomBytes(1001));
      expect((await got(whole)).equals(bytes)).toBe(true);
      expect((await got(long)).equals(bytes)).toBe(true);
    });

    test("read gives small objects only, and only right bytes", async () => {
      const sent = object(Buffer.from("a manifest"));
      await put(sent);
      expect(await remote.read(sent.sha256, 100)).toEqual(Buffer.from("a manifest"));
      expect(await remote.read(sent.sha256, 10)).toEqual(Buffer.from("a manifest"));
      expect(await remote.read(sent.sha256, 9)).toBeNull();
      expect(await remote.read(sha(Buffer.from("nothing")), 100)).toBeNull();
    });

    test("wrong bytes are not found to be right", async ({ skip }) => {
      if (!under.place) return skip();
      const [rotten, torn] = [object(Buffer.from("right bytes")), object(Buffer.from("all of them"))];
      await under.place(rotten.sha256, Buffer.from("wrong bytes"));
      await under.place(torn.sha256, Buffer.from("all of"));
      expect(await remote.read(rotten.sha256, 100)).toBeNull();
      expect(await remote.read(torn.sha256, 100)).toBeNull();
      expect(await remote.has([torn])).toEqual(new Set());
      const wanted = target(torn);
      const failure = await remote.receive([wanted], { jobs: 1 }).then(
        () => null,
        (error: unknown) => error,
      );
      expect(isMvError(failure) && ["object-missing", "bytes-wrong"].includes(failure.code)).toBe(true);
    });

    test("a signal stops receiving", async () => {
      const sent = object(randomBytes(1000));
      await put(sent);
      await expect(remote.receive([target(sent)], { jobs: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: "interrupted",
      });
    });

    test("no name leads out of the store", async () => {
      for (const sha256 of ["../../etc/passwd", "A".repeat(64), "", "a".repeat(63)]) {
        await expect(remote.read(sha256, 100)).rejects.toMatchObject({ code: "invalid-file" });
      }
      if (!remote.abilities.files) return;
      for (const path of ["../x", "/etc/passwd", "a/../../b", "objects/ab/c", "a\\b", ""]) {
        await expect(remote.readFile(path, 100)).rejects.toMatchObject({ code: "bad-path" });
        await expect(remote.writeFile(path, Buffer.from("x"))).rejects.toMatchObject({ code: "bad-path" });
      }
    });

    describe("sending", () => {
      beforeEach(({ skip }) => skip(!remote.abilities.write));

      test("sending twice leaves what is there, and says that it is done", async () => {
        const sent = object(randomBytes(5000));
        await put(sent);
        const done: string[] = [];
        let bytes = 0;
        await remote.send([sent], {
          jobs: 1,
          onDone: ({ sha256 }) => done.push(sha256),
          onBytes: (length) => (bytes += length),
        });
        expect(done).toEqual([sent.sha256]);
        expect(bytes).toBe(0);
      });

      test("a file with other bytes than its name says is refused, and not there afterwards", async () => {
        const sent = object(Buffer.from("right bytes"));
        writeFileSync(sent.file, "wrong bytes");
        await expect(remote.send([sent], { jobs: 1 })).rejects.toMatchObject({ code: "bytes-wrong" });
        expect(await remote.has([sent])).toEqual(new Set());
      });

      test("a torn object is healed by sending it", async ({ skip }) => {
        if (!under.place) return skip();
        const sent = object(Buffer.from("all of the bytes"));
        await under.place(sent.sha256, Buffer.from("all of"));
        await put(sent);
        expect(await got(target(sent))).toEqual(Buffer.from("all of the bytes"));
      });

      test.for([11, 2 * MiB])(
        "a rotten object of %i bytes is written over where that is asked for",
        async (size, { skip }) => {
          if (!under.place) return skip();
          const sent = object(randomBytes(size));
          await under.place(sent.sha256, Buffer.alloc(size));
          await put(sent);
          expect((await got(target(sent))).equals(Buffer.alloc(size))).toBe(true);
          const done: string[] = [];
          const replacing = remote.send([sent], { jobs: 1, replace: true, onDone: ({ sha256 }) => done.push(sha256) });
          if (!remote.abilities.files) return expect(replacing).rejects.toMatchObject({ code: "denied" });
          await replacing;
          expect(done).toEqual([sent.sha256]);
          expect(sha(await got(target(sent)))).toBe(sent.sha256);
        },
      );

      test("two writers send the same objects at once", async () => {
        const sent = [...objects(40), object(randomBytes(2 * MiB))];
        const other = await under.again();
        await Promise.all([remote.send(sent, { jobs: 3 }), other.send(sent.toReversed(), { jobs: 3 })]);
        await other.close();
        expect((await remote.has(sent)).size).toBe(sent.length);
        for (const item of sent) expect(sha(await got(target(item)))).toBe(item.sha256);
      });

      test("a signal stops sending; what was told to be done is there, and nothing else is half there", async () => {
        const sent = Array.from({ length: 6 }, () => object(randomBytes(9 * MiB)));
        const stop = new AbortController();
        const done = new Set<string>();
        const sending = remote.send(sent, {
          jobs: 1,
          signal: stop.signal,
          onDone({ sha256 }) {
            done.add(sha256);
            stop.abort();
          },
        });
        await expect(sending).rejects.toMatchObject({ code: "interrupted" });
        expect(done.size).toBeGreaterThan(0);
        const held = await remote.has(sent);
        expect([...done].every((sha256) => held.has(sha256))).toBe(true);
        for (const item of sent) if (held.has(item.sha256)) expect(sha(await got(target(item)))).toBe(item.sha256);
      });
    });

    test("a remote that cannot be written to says so", async ({ skip }) => {
      if (remote.abilities.write) return skip();
      const sent = object(Buffer.from("x"));
      await expect(remote.send([sent], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
    });

    test("listing gives every object with its size and age", async () => {
      if (!remote.abilities.list) {
        await expect(listed(remote)).rejects.toMatchObject({ code: "gc-refused" });
        return;
      }
      expect(await listed(remote)).toEqual([]);
      const sent = objects(many);
      await put(...sent);
      if (remote.abilities.files) await remote.writeFile("mversion.json", Buffer.from("{}"));
      const found = await listed(remote);
      expect(found.map(({ sha256, size }) => `${sha256} ${size}`).toSorted()).toEqual(
        sent.map(({ sha256, size }) => `${sha256} ${size}`).toSorted(),
      );
      const day = 86_400_000;
      for (const { modified } of found) expect(Math.abs(Date.now() - modified.getTime())).toBeLessThan(day);
    });

    test("removing takes away what is named, and nothing else", async () => {
      const sent = objects(5);
      const names = sent.slice(0, 3).map(({ sha256 }) => sha256);
      if (!remote.abilities.remove) {
        await expect(remote.remove(names)).rejects.toMatchObject({ code: "gc-refused" });
        return;
      }
      await put(...sent);
      await remote.remove(names);
      await remote.remove(names);
      expect(await remote.has(sent)).toEqual(new Set(sent.slice(3).map(({ sha256 }) => sha256)));
    });

    describe("named files", () => {
      const text = (word: string): Buffer => Buffer.from(`${word}\n`);

      beforeEach(({ skip }) => skip(!remote.abilities.files || !remote.abilities.write));

      test("are written, read, listed and removed", async () => {
        const release = "models/churn/releases/1.0.0-rc.1+b5.json";
        expect(await remote.readFile("mversion.json", 100)).toBeNull();
        expect(await remote.listFiles("models")).toEqual([]);
        expect(await remote.writeFile("mversion.json", text("one"))).toBe(true);
        expect(await remote.writeFile(release, text("release"))).toBe(true);
        expect(await remote.writeFile("models/risk/stages/production.json", text("stage"))).toBe(true);
        expect((await remote.readFile("mversion.json", 100))?.bytes).toEqual(text("one"));
        const read = await (await under.again()).readFile(release, 100);
        expect(read?.bytes).toEqual(text("release"));
        expect(Math.abs(Date.now() - (read?.modified?.getTime() ?? 0))).toBeLessThan(60_000);
        expect(await remote.listFiles("models/churn")).toEqual([release]);
        expect(await remote.listFiles("models/chur")).toEqual([]);
        expect(await remote.listFiles("models")).toEqual([release, "models/risk/stages/production.json"]);
        await remote.removeFile(release);
        await remote.removeFile(release);
        expect(await remote.readFile(release, 100)).toBeNull();
        expect(await remote.listFiles("models/churn")).toEqual([]);
      });

      test("that are larger than asked for are refused", async () => {
        await remote.writeFile("mversion.json", Buffer.alloc(1001));
        await expect(remote.readFile("mversion.json", 1000)).rejects.toMatchObject({ code: "invalid-file" });
      });

      test("are written only where they are what was expected", async () => {
        expect(await remote.writeFile("mversion.json", text("none"), "0".repeat(64))).toBe(false);
        expect(await remote.writeFile("mversion.json", text("one"), null)).toBe(true);
        expect(await remote.writeFile("mversion.json", text("two"), null)).toBe(false);
        const first = await remote.readFile("mversion.json", 100);
        expect(first?.bytes).toEqual(text("one"));
        expect(await remote.writeFile("mversion.json", text("two"), first?.mark)).toBe(true);
        expect(await remote.writeFile("mversion.json", text("three"), first?.mark)).toBe(false);
        expect((await remote.readFile("mversion.json", 100))?.bytes).toEqual(text("two"));
      });

      test("of eight writers that create one, one wins", async () => {
        const writers = await Promise.all(Array.from({ length: 8 }, under.again));
        const won = await Promise.all(
          writers.map((writer, at) => writer.writeFile("models/a/stages/p.json", text(`writer ${at}`), null)),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        const now = await remote.readFile("models/a/stages/p.json", 100);
        expect(now?.bytes).toEqual(text(`writer ${won.indexOf(true)}`));
        await Promise.all(writers.map((writer) => writer.close()));
      });

      test("of eight writers that change one, no change is lost", async () => {
        const writers = await Promise.all(Array.from({ length: 8 }, under.again));
        await remote.writeFile("mversion.json", Buffer.from("[]"));
        await Promise.all(
          writers.map(async (writer, at) => {
            for (let done = false; !done;) {
              const now = await writer.readFile("mversion.json", 1000);
              const list = JSON.parse(now?.bytes.toString() ?? "null") as number[];
              done = await writer.writeFile("mversion.json", Buffer.from(JSON.stringify([...list, at])), now?.mark);
            }
          }),
        );
        const end = await remote.readFile("mversion.json", 1000);
        expect((JSON.parse(end?.bytes.toString() ?? "") as number[]).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        await Promise.all(writers.map((writer) => writer.close()));
      });
    });

    test("named files of a read-only remote can be read", async ({ skip }) => {
      if (remote.abilities.write || !remote.abilities.files || !under.placeFile) return skip();
      await under.placeFile("models/churn/stages/production.json", Buffer.from("{}"));
      const found = await remote.readFile("models/churn/stages/production.json", 100);
      expect(found?.bytes).toEqual(Buffer.from("{}"));
      expect(await remote.readFile("mversion.json", 100)).toBeNull();
      await expect(remote.writeFile("mversion.json", Buffer.from("{}"))).rejects.toMatchObject({ code: "denied" });
      await expect(remote.removeFile("mversion.json")).rejects.toMatchObject({ code: "denied" });
    });

    test("a remote without named files says so", async ({ skip }) => {
      if (remote.abilities.files) return skip();
      await expect(remote.readFile("mversion.json", 100)).rejects.toMatchObject({ code: "denied" });
      await expect(remote.writeFile("mversion.json", Buffer.from("{}"))).rejects.toMatchObject({ code: "denied" });
    });
  });
}

/** For `place` of a store that lies in a folder. */
export function placeInFolder(folder: string): Required<Pick<RemoteUnderTest, "place" | "placeFile">> {
  const write = (path: string, bytes: Uint8Array): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    rmSync(join(folder, path), { force: true });
    writeFileSync(join(folder, path), bytes);
  };
  return { place: (sha256, bytes) => write(`objects/${sha256.slice(0, 2)}/${sha256}`, bytes), placeFile: write };
}

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function total(objects: readonly ObjectRef[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

async function listed(remote: Remote): Promise<(ObjectRef & { modified: Date })[]> {
  const found: (ObjectRef & { modified: Date })[] = [];
  for await (const object of remote.list()) found.push(object);
  return found;
}
