import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createJournal } from "../../../src/store/journal.ts";

test("keeps the last entry until its end", async () => {
  const dir = join(mkdtempSync(join(tmpdir(), "mv-journal-")), "state");
  const journal = createJournal(dir);
  await journal.begin({ verb: "checkout", to: "a" });
  await journal.begin({ verb: "restore" });
  expect(await createJournal(dir).read()).toEqual({ verb: "restore" });
  await journal.end();
  expect(await journal.read()).toBeNull();
  await journal.end();
  writeFileSync(join(dir, "journal.json"), '{"verb":');
  expect(await journal.read()).toBeNull();
});
