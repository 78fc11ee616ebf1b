// The audit as one HTML file that needs nothing else: no script, no font, no request. What records and tags say is text in it.
import { createHash } from "node:crypto";
import type { AuditResult } from "../../operations/audit.ts";
import { auditTime } from "./audit-times.ts";
import { type Html, html } from "./audit-page/html.ts";
import { modelPart } from "./audit-page/model.ts";
import { STYLE } from "./audit-page/style.ts";
import { versionPart } from "./audit-page/version.ts";

/** So many versions are read in one go; of more, those that are wanted are opened. */
const MOST_OPEN = 3;

/** The whole document, without a final newline. */
export function auditPage(result: AuditResult): string {
  const { versions, models, incomplete, head, at, not_from_git: outside } = result;
  const title = `Audit of ${titleOf(result)}`;
  const now = Date.parse(at) / 1000;
  const audited = (model: string): ReadonlySet<string> =>
    new Set(versions.filter((item) => item.model === model).map(({ version }) => version));
  const body = html`<main>
    <header>
      <h1>${title}</h1>
      <p class="quiet">
        Made ${auditTime(at)} from commit ${head ?? "none"}. Times are those of the people and machines that made the
        tags.
      </p>
      ${incomplete === null ? null : html`<p class="warn">This clone may lack history or tags, and so answers: <code>${incomplete}</code></p>`}
      ${tiles(result)}<label class="only"><input type="checkbox" id="only-gaps" /> Show gaps only</label>
    </header>
    ${versions.map((version) => versionPart(version, versions.length <= MOST_OPEN))}
    ${models.map((model) => modelPart(model, audited(model.model), now))}
    <section>
      <h2>What Git cannot know</h2>
      <ul>
        ${outside.map((line) => html`<li>${line}</li>`)}
      </ul>
    </section>
  </main>`;
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  const meta = html`<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="referrer" content="no-referrer" />
    <meta name="robots" content="noindex" /><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${meta.text}\n<style>${STYLE}</style></head>\n<body>${body.text}</body></html>`;
}

function titleOf({ versions, models }: AuditResult): string {
  const [only, ...others] = versions;
  if (only !== undefined && others.length === 0) return `${only.model} ${only.version}`;
  return `${models.map(({ model }) => model).join(", ")}, ${versions.length} versions`;
}

function tiles({ versions }: AuditResult): Html {
  const rows = versions.flatMap((version) => version.rows);
  const tile = (count: number, word: string, kind: string): Html =>
    html`<div class="tile ${kind}"><b>${count}</b>${word}</div>`;
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  return html`<div class="tiles">
    ${tile(count("answered"), "answered", "answered")}${tile(count("gap"), "gaps", "gap")}
    ${tile(count("not-from-git"), "not from Git", "off")}${tile(count("not-applicable"), "not arising", "off")}
  </div>`;
}
