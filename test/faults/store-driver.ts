// Runs one act of the store in a process of its own, which the fault tests kill, starve and feed with errors.
//   node store-driver.mjs ACT DIR    DIR/root is the tree, DIR/cache the cache
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMvError } from "../../src/errors.ts";
import { type Bytes, createStore, type Placement } from "../../src/store/store.ts";

const [act = "", dir = ""] = process.argv.slice(2);
const store = createStore({
  cacheDir: process.env["MV_CACHE"] ?? join(dir, "cache"),
  stateDir: join(dir, "state"),
  link: "copy",
  jobs: 1,
  shared: false,
});
const at = (key: string): string => join(dir, "root", key);

function placement(key: string, bytes: Bytes, current: Bytes | null): Placement {
  const { kind, sha256, size } = bytes;
  return { absolute: at(key), key, kind, sha256, size, current };
}

async function perform(): Promise<void> {
  if (act === "add") {
    for (const key of ["file", "folder"]) await store.add(at(key), key);
  } else if (act === "add-file") {
    writeFileSync(join(dir, `out-${process.pid}`), JSON.stringify(await store.add(at("file"), "file")));
  } else if (act === "place") {
    const wanted = JSON.parse(readFileSync(join(dir, "wanted.json"), "utf8")) as Record<string, Bytes>;
    const items = [];
    for (const [key, bytes] of Object.entries(wanted))
      items.push(placement(key, bytes, await store.look(at(key), key)));
    await store.place(items);
  }
}

try {
  await perform();
} catch (error) {
  process.stderr.write(isMvError(error) ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
