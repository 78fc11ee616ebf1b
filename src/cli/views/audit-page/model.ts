// The history of a model on the audit page: drawings, then releases and assignments as tables.
import { showRollout } from "../../../model/assignment.ts";
import type { AuditedModel } from "../../../operations/audit.ts";
import { standingTime } from "../audit-times.ts";
import { type Html, html, type Part } from "./html.ts";
import { metricCharts } from "./metrics.ts";
import { timeline } from "./timeline.ts";

/** More rows than anybody reads make a page that no phone opens. */
const MOST_ROWS = 500;

export function modelPart(model: AuditedModel, audited: ReadonlySet<string>, now: number): Html {
  return html`<section>
    <h2>History of ${model.model}</h2>
    ${timeline(model, audited, now)} ${metricCharts(model, audited)}
    <h3>Versions</h3>
    ${table(["version", "date", "reason", "metrics"], releaseRows(model), "mv log")}
    ${model.stages.filter(({ assignments }) => assignments.length > 0).map(stagePart)}
  </section>`;
}

interface TableRow {
  cells: readonly Part[];
  retracted: boolean;
}

function releaseRows({ releases }: AuditedModel): TableRow[] {
  return releases.toReversed().map(({ version, date, reason, retracted, metrics }) => ({
    retracted: retracted !== null,
    cells: [
      version,
      date,
      html`${firstLine(reason)}${retracted === null ? null : html`<div class="missing">Retracted: ${firstLine(retracted)}</div>`}`,
      metrics.map(({ name, text }) => `${name} ${text}`).join(", "),
    ],
  }));
}

function stagePart({ stage, assignments }: AuditedModel["stages"][number]): Html {
  const rows = assignments.map((standing) => ({
    retracted: false,
    cells: [
      standing.tag,
      standingTime(standing),
      standing.rollout.length === 0 ? "nothing" : showRollout(standing.rollout),
      standing.tagger === null ? "unknown" : `${standing.tagger.name} <${standing.tagger.email}>`,
      html`${firstLine(standing.reason)}${standing.returns === null ? null : html`<div class="quiet">back to ${standing.returns.assignment}</div>`}`,
    ],
  }));
  return html`<h3>Stage ${stage}</h3>
    ${table(["assignment", "from", "versions", "by", "reason"], rows, `mv log --stage ${stage}`)}`;
}

/** Newest rows first; `all` is the command that lists those that are left out. */
function table(head: readonly string[], rows: readonly TableRow[], all: string): Html {
  const rest = rows.length - MOST_ROWS;
  const more = rest > 0 ? html`<p class="quiet">and ${rest} older: <code>${all}</code></p>` : null;
  const lines = rows.slice(0, MOST_ROWS).map(({ cells, retracted }) => {
    // Names, days and times are read better on one line.
    const inner = cells.map(
      (cell, at) => html`<td class="${at < 2 ? "short" : "long"}" data-of="${head[at] ?? ""}">${cell}</td>`,
    );
    return retracted
      ? html`<tr class="retracted">
          ${inner}
        </tr>`
      : html`<tr>
          ${inner}
        </tr>`;
  });
  return html`<table class="stack">
      <tbody>
        <tr class="head">
          ${head.map((word) => html`<th>${word}</th>`)}
        </tr>
        ${lines}
      </tbody>
    </table>
    ${more}`;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
