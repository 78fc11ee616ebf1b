// templates/route.py, as a serving program in Python would copy it, against the test vectors and our own answers.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rollout, routerOf } from "../../src/model/route.ts";
import { slotsOf } from "../../src/model/slots.ts";
import { loadHashing } from "../../src/platform/hashing.ts";
import { play, run, sampleProject } from "../helpers/cli.ts";
import { scratchDir } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";
import { assign, stock, withStore } from "../helpers/stocked.ts";

const root = join(import.meta.dirname, "../..");
const python = isMissing("python3") ? test.skip : test;

/** The versions that Python gives these keys. */
function pythonRoutes(rollout: Rollout, keys: readonly string[]): string[] {
  const program = [
    "import json, sys",
    "sys.path.insert(0, 'templates')",
    "from route import route_key",
    "rollout, keys = json.load(sys.stdin)",
    "json.dump([route_key(rollout, key) for key in keys], sys.stdout)",
  ].join("\n");
  const input = JSON.stringify([rollout, keys]);
  const done = spawnSync("python3", ["-B", "-c", program], { cwd: root, input, encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as string[];
}

python("gives the keys of the test vectors their versions", () => {
  const text = readFileSync(join(root, "test/fixtures/route-vectors.json"), "utf8");
  const { vectors } = JSON.parse(text) as { vectors: { rollout: Rollout; keys: { key: string; version: string }[] }[] };
  for (const { rollout, keys } of vectors) {
    expect(
      pythonRoutes(
        rollout,
        keys.map(({ key }) => key),
      ),
    ).toEqual(keys.map(({ version }) => version));
  }
});

python("agrees with us on keys of every length and on odd slots", async () => {
  const { xxh64 } = await loadHashing();
  const owners = Array.from({ length: 100 }, (_, slot) => ["1.0.0", "1.1.0", "1.2.0"][(slot * 7) % 3] ?? "");
  const variants = ["1.0.0", "1.1.0", "1.2.0"].map((version) => ({
    version,
    weight: owners.filter((owner) => owner === version).length,
    slots: slotsOf(owners, version),
  }));
  const rollout: Rollout = { stage: "production", id: "churn#production#11", variants };
  const keys = Array.from({ length: 600 }, (_, at) => "kéy-😀".repeat(at % 40).slice(0, at) + at);
  // Half of a pair of surrogates is no text that Python could encode.
  const whole = keys.map((key) => Buffer.from(key).toString());
  expect(pythonRoutes(rollout, whole)).toEqual(whole.map(routerOf(xxh64, rollout)));
});

python("routes by the rollout.json that mv get writes", async () => {
  const repo = await sampleProject({ until: "1.1.0" });
  const store = withStore(repo);
  await stock(repo, store);
  assign(repo, store, "production", 1, { "1.0.0": 65, "1.1.0": 35 });
  const into = join(scratchDir(), "model");
  await play(repo, `mv get ${store} churn@production --variants -o ${into}`);
  const rollout = JSON.parse(readFileSync(join(into, "rollout.json"), "utf8")) as Rollout;
  const keys = Array.from({ length: 200 }, (_, at) => `user-${at}`);
  const routed = pythonRoutes(rollout, keys);
  const { stdout } = await run(repo, "mv route production --keys -", { input: keys.join("\n") });
  expect(keys.map((key, at) => `${key}\t${routed[at]}`)).toEqual(stdout.trimEnd().split("\n"));
  expect(new Set(routed)).toEqual(new Set(["1.0.0", "1.1.0"]));
});
