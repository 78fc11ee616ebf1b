// Help and refusals of the command line itself.
import { describe, expect, it } from "vitest";
import { rows } from "../../src/cli/commands/index.ts";
import { run, screen } from "../helpers/cli.ts";
import { createRepo } from "../helpers/git.ts";

describe("help", () => {
  it("says in sentences what each verb does, and shows examples", async () => {
    const folder = createRepo({ init: false });
    for (const row of rows) {
      const { status, stdout } = await run(folder, [row.name, "--help"]);
      const [usage = "", , first = ""] = stdout.split("\n");
      expect({ verb: row.name, status, usage }).toMatchObject({
        status: 0,
        usage: expect.stringContaining(`mv ${row.name}`),
      });
      expect(first).toMatch(/^[A-Z]/);
      expect(stdout).not.toMatch(/\?\.$/m);
      for (const example of row.examples) expect(stdout).toContain(`  $ ${example}`);
    }
  });

  it("names the operands of restore", async () => {
    const { stdout } = await run(createRepo({ init: false }), "mv restore --help");
    expect(stdout).toContain("Usage: mv restore [options] [version] [path...]\n");
  });

  it("of an unknown word is that of the long name: mv --help is the system's", async () => {
    expect(await screen(createRepo({ init: false }), "mv frobnicate")).toMatchInlineSnapshot(`
      "! mversion: unknown command 'frobnicate'
      ! Next: mversion --help
      exit 2"
    `);
  });
});
