// The library has what the command line has: a program never has to start one and read its text.
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import * as library from "../../src/index.ts";

/** Operations whose verb is no good name for a function, or that are several. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  capture: "captureInto",
  export: "exportVersion",
  remote: "remoteAdd",
  "verify-bundle": "verifyBundle",
  "verify-remote": "verifyRemote",
};
/** These are about an installation, not about versions. */
const OF_THE_PROGRAM = new Set(["complete", "hook", "hooks"]);

test("exports the operation of every verb", () => {
  const verbs = readdirSync("src/cli/commands", { withFileTypes: true })
    .filter((entry) => entry.isFile() && existsSync(`src/operations/${entry.name}`))
    .map((entry) => entry.name.replace(/\.ts$/, ""))
    .filter((verb) => !OF_THE_PROGRAM.has(verb));
  expect(verbs.length).toBeGreaterThan(30);
  const exported: Readonly<Record<string, unknown>> = { ...library };
  expect(verbs.filter((verb) => typeof exported[OTHER_NAMES[verb] ?? verb] !== "function")).toEqual([]);
});
