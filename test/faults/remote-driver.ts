// Runs one act on a folder store in a process of its own, which the fault tests kill and starve.
//   node remote-driver.mjs ACT DIR    DIR/store is the store, DIR/in the files to send, DIR/out where they are received
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isMvError } from "../../src/errors.ts";
import { openRemote } from "../../src/remotes/open.ts";
import type { Transfer } from "../../src/remotes/remote.ts";

const [act = "", dir = ""] = process.argv.slice(2);
const remote = await openRemote(
  "store",
  { url: join(dir, "store"), endpoint: null, region: null, path_style: false },
  { root: dir, env: process.env, gitConfig: async () => null },
);

const objects: Transfer[] = readdirSync(join(dir, "in")).map((name) => {
  const bytes = readFileSync(join(dir, "in", name));
  return { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, file: join(dir, "in", name) };
});
const onDone = ({ sha256 }: Transfer): void => void writeSync(1, `${sha256}\n`);

async function perform(): Promise<void> {
  if (act === "send") await remote.send(objects, { jobs: 1, onDone });
  else if (act === "receive") {
    await remote.receive(
      objects.map(({ sha256, size }) => ({ sha256, size, file: join(dir, "out", sha256) })),
      { jobs: 1, onDone },
    );
  } else if (act === "write") {
    const now = await remote.readFile("mversion.json", 1000);
    await remote.writeFile("mversion.json", Buffer.from("new"), now?.mark ?? null);
    await remote.writeFile("models/a/stages/p.json", Buffer.from("new"));
  }
}

try {
  await perform();
} catch (error) {
  process.stderr.write(isMvError(error) ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
