// A small drawing for each metric of a model: its value in every release, in the order in which they were made.
import type { AuditedModel } from "../../../operations/audit.ts";
import { type Html, html } from "./html.ts";
import { labelsThatFit, scale } from "./scale.ts";

const WIDTH = 340;
const HEIGHT = 150;
const BOX = { left: 16, right: WIDTH - 16, top: 34, bottom: HEIGHT - 34 };
/** More drawings than anybody reads; the numbers are in the table. */
const MOST_METRICS = 12;
/** Above that a dot for each release is a line of its own. */
const MOST_DOTS = 60;

interface Point {
  version: string;
  retracted: boolean;
  value: number;
  text: string;
}

export function metricCharts(model: AuditedModel, audited: ReadonlySet<string>): Html | null {
  const series = seriesOf(model);
  if (series.size === 0) return null;
  const charts = [...series].slice(0, MOST_METRICS).map(([name, points]) => chart(name, points, audited));
  const rest = series.size - charts.length;
  const more = rest > 0 ? html`<p class="quiet">and ${rest} more metrics in the table</p>` : null;
  return html`<h3>Metrics</h3>
    <div class="charts">${charts}</div>
    ${more}`;
}

function seriesOf({ releases }: AuditedModel): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  for (const { version, retracted, metrics } of releases) {
    for (const { name, value, text } of metrics) {
      const points = series.get(name) ?? [];
      points.push({ version, retracted: retracted !== null, value, text });
      series.set(name, points);
    }
  }
  return series;
}

function chart(name: string, points: readonly Point[], audited: ReadonlySet<string>): Html {
  const values = points.map(({ value }) => value);
  const x = scale(0, points.length - 1, BOX.left + 12, BOX.right - 12);
  const y = scale(Math.min(...values), Math.max(...values), BOX.bottom - 6, BOX.top + 14);
  const placed = points.map((point, at) => ({
    point,
    x: x(at),
    y: y(point.value),
    label: point.text,
    // The newest, the first, then what is audited.
    rank: at === points.length - 1 ? 3 : audited.has(point.version) ? 2 : at === 0 ? 1 : 0,
  }));
  const labelled = labelsThatFit(placed.filter(({ rank }) => rank > 0));
  const versions = labelsThatFit(
    placed.filter(({ rank }) => rank > 0).map((place) => ({ ...place, label: place.point.version })),
  );
  const line = placed.map((place) => `${place.x},${place.y}`).join(" ");
  const shown = points.length > MOST_DOTS ? placed.filter(({ rank }) => rank > 0) : placed;
  const dots = shown.map((place) => {
    const { version, text, retracted } = place.point;
    const kind = retracted ? "retracted" : audited.has(version) ? "audited" : "plain";
    return html`<circle class="dot ${kind}" cx="${place.x}" cy="${place.y}" r="4"
      ><title>${version}: ${text}</title></circle
    >`;
  });
  const numbers = [...labelled].map(
    (place) => html`<text class="value" x="${place.x}" y="${place.y - 9}">${place.label}</text>`,
  );
  const names = [...versions].map(
    (place) => html`<text class="day mid" x="${place.x}" y="${HEIGHT - 12}">${place.label}</text>`,
  );
  return html`<figure>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name} by version">
      <text class="title" x="${BOX.left}" y="18">${clipped(name)}</text>
      <line class="axis" x1="${BOX.left}" y1="${BOX.bottom + 4}" x2="${BOX.right}" y2="${BOX.bottom + 4}" />
      <polyline class="curve" points="${line}" />
      ${dots}${numbers}${names}
    </svg>
  </figure>`;
}

function clipped(text: string): string {
  return [...text].length > 44 ? `${[...text].slice(0, 43).join("")}…` : text;
}
