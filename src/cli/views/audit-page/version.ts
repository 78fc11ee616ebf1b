// One version on the audit page: what it is, and a row for each question.
import type { AuditedVersion, Evidence, Row } from "../../../operations/audit.ts";
import { countWords, evidenceWords, stateWords } from "../audit.ts";
import { type Html, html } from "./html.ts";

/** `open`: whether its questions are seen without a click. */
export function versionPart(version: AuditedVersion, open: boolean): Html {
  const { model, version: number, tag, oid, commit, date, tagger, reason, retracted, rows, gaps, correction } = version;
  const head = html`<summary>
      <h2>${model} ${number}</h2>
      <span class="quiet">${countWords(rows)}</span>
    </summary>
    <p class="quiet">Released ${date} by ${tagger.name} &lt;${tagger.email}&gt; as ${tag}</p>
    <p class="quiet">tag object <span class="id">${oid}</span>, commit <span class="id">${commit}</span></p>`;
  const body = html`${retracted === null ? null : html`<p class="warn"><b>Retracted.</b> ${retracted.trim()}</p>`}
    <p class="reason">${reason.trim()}</p>
    <table class="stack">
      <tbody>
        <tr class="head">
          <th></th>
          <th>question</th>
          <th>state</th>
          <th>answer</th>
        </tr>
        ${rows.map(rowPart)}
      </tbody>
    </table>
    ${gaps > 0 ? html`<p class="quiet">What mv set says belongs to a version once it is tagged: <code>${correction}</code></p>` : null}
    ${evidenceTable(rows)}`;
  return open
    ? html`<details class="version" open>${head}${body}</details>`
    : html`<details class="version">${head}${body}</details>`;
}

function rowPart({ number, question, asked_by, state, answer, missing, evidence, commands }: Row): Html {
  return html`<tr class="row ${state}">
    <td class="n">${number}</td>
    <td class="q">${question}<span class="asks">${asked_by}</span></td>
    <td class="s"><span class="state">${stateWords(state)}</span></td>
    <td>
      ${answer.map((line) => html`<div>${line}</div>`)}${missing.map((what) => html`<div class="missing">Missing: ${what}</div>`)}
      ${commands.map((command) => html`<div><code>${command}</code></div>`)}${evidenceLine(evidence)}
    </td>
  </tr>`;
}

function evidenceLine(evidence: readonly Evidence[]): Html | null {
  if (evidence.length === 0) return null;
  return html`<div class="evidence">Evidence: ${evidence.map(evidenceWords).join(", ")}</div>`;
}

/** The ids in full, which the rows shorten. */
function evidenceTable(rows: readonly Row[]): Html | null {
  const all = new Map(
    rows.flatMap(({ evidence }) => evidence).map((item) => [`${item.kind} ${item.name} ${item.id}`, item]),
  );
  if (all.size === 0) return null;
  const lines = [...all.values()].map(
    ({ kind, name, id }) =>
      html`<tr>
        <td data-of="kind">${kind}</td>
        <td data-of="name">${name}</td>
        <td data-of="id" class="id">${id}</td>
      </tr>`,
  );
  return html`<h3>Evidence in full</h3>
    <table class="stack">
      <tbody>
        <tr class="head">
          <th>kind</th>
          <th>name</th>
          <th>tag object, commit or SHA-256</th>
        </tr>
        ${lines}
      </tbody>
    </table>`;
}
