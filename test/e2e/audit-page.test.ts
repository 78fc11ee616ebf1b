// The audit page in a real browser: it is drawn, nothing in it is refused by its own policy, and what tags say does nothing.
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { play, sampleProject } from "../helpers/cli.ts";
import { scratchDir } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

const TIMEOUT_MS = 120_000;

it.skipIf(isMissing("chromium"))("a browser draws the audit page, and runs nothing that a reason says", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  const reason = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>";
  await play(
    repo,
    "mv set purpose=x",
    `mv tag v1.0.1 -a -m "${reason}"`,
    `mv promote v1.0.1 production -m "${reason}"`,
  );
  await play(repo, "mv audit --format html -o audit.html");
  const { dom, log } = browse(repo.path("audit.html"));
  expect(dom).toContain("<title>Audit of churn 1.0.1</title>");
  expect(dom.match(/<tr class="row /g)).toHaveLength(27);
  expect(log).not.toMatch(/Content Security Policy|Refused to|CONSOLE/);
  // The same in a page that allows nothing: the browser says so, which the test above relies on.
  repo.write("refused.html", repo.read("audit.html").replace(/'sha256-[^']*'|&#39;sha256-[^;]*&#39;/, "'none'"));
  expect(browse(repo.path("refused.html")).log).toMatch(/Content Security Policy/);
});

/** The document after it was drawn, and what the browser complained of. */
function browse(file: string): { dom: string; log: string } {
  const profile = scratchDir("chromium");
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-logging=stderr",
    `--user-data-dir=${profile}`,
  ];
  const { status, stdout, stderr } = spawnSync("chromium", [...flags, "--dump-dom", `file://${file}`], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: 1 << 26,
  });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return { dom: stdout, log: stderr };
}
