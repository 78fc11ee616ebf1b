// The drawing of a model's life: its releases as dots, and for each stage a band that shows what stood there at what share.
import { showRollout } from "../../../model/assignment.ts";
import type { AuditedModel, AuditedRelease } from "../../../operations/audit.ts";
import { standingTime } from "../audit-times.ts";
import { timeAxis } from "./axis.ts";
import { type Html, html } from "./html.ts";
import { labelsThatFit, round, widthOf } from "./scale.ts";

type Assignment = AuditedModel["stages"][number]["assignments"][number];

const WIDTH = 720;
const LEFT = 92;
const RELEASES_Y = 42;
const FIRST_LANE = 74;
const LANE = 40;
const BAND = 26;
const COLOURS = 8;
/** The newest assignments of a stage; older ones are thinner than a line by then. */
const MOST_SEGMENTS = 1000;

/** `audited`: the versions of the model that the report is about. `now`: seconds since 1970. */
export function timeline(model: AuditedModel, audited: ReadonlySet<string>, now: number): Html {
  const stages = model.stages.filter(({ assignments }) => assignments.length > 0);
  const times = [
    ...model.releases.map(({ time }) => time),
    ...stages.flatMap(({ assignments }) => assignments.flatMap(({ tagger }) => tagger?.date ?? [])),
  ];
  const axis = timeAxis(times, stages.length > 0 ? now : null, { left: LEFT, right: WIDTH - 40 });
  const height = FIRST_LANE + stages.length * LANE + 28;
  const colour = coloursOf(model.releases);
  const bands = stages.map(({ stage, assignments }, at) =>
    lane(stage, assignments, FIRST_LANE + at * LANE, axis.x, now, colour),
  );
  return html`<div class="wide">
    <svg
      class="timeline"
      viewBox="0 0 ${WIDTH} ${height}"
      role="img"
      aria-label="Releases and stages of ${model.model}"
    >
      <text class="lane" x="0" y="${RELEASES_Y + 4}">releases</text>
      <line class="axis" x1="${LEFT}" y1="${RELEASES_Y}" x2="${axis.end}" y2="${RELEASES_Y}" />
      ${dots(model.releases, audited, axis.x)}${bands}
      ${axis.days.map(({ x, text, kind }) => html`<text class="day ${kind}" x="${x}" y="${height - 6}">${text}</text>`)}
    </svg>
  </div>`;
}

/** A colour for each version: neighbours differ. */
function coloursOf(releases: readonly AuditedRelease[]): (version: string) => number {
  const places = new Map(releases.map(({ version }, at) => [version, at % COLOURS]));
  return (version) => places.get(version) ?? 0;
}

function dots(releases: readonly AuditedRelease[], audited: ReadonlySet<string>, x: (time: number) => number): Html[] {
  const placed = releases.map((release, at) => ({
    release,
    x: x(release.time),
    label: release.version,
    rank: (audited.has(release.version) ? releases.length : 0) + at,
  }));
  const labelled = labelsThatFit(placed);
  return placed.map((dot) => {
    const { version, date, retracted, reason } = dot.release;
    const kind = retracted === null ? (audited.has(version) ? "audited" : "plain") : "retracted";
    const title = `${version}, ${date}${retracted === null ? "" : `, retracted: ${firstLine(retracted)}`}\n${firstLine(reason)}`;
    const label = labelled.has(dot)
      ? html`<text class="version" x="${dot.x}" y="${RELEASES_Y - 14}">${version}</text>`
      : null;
    return html`<circle class="dot ${kind}" cx="${dot.x}" cy="${RELEASES_Y}" r="6"><title>${title}</title></circle
      >${label}`;
  });
}

function lane(
  stage: string,
  assignments: readonly Assignment[],
  y: number,
  x: (time: number) => number,
  now: number,
  colour: (version: string) => number,
): Html {
  const ordered = assignments.slice(0, MOST_SEGMENTS).toReversed();
  const segments = ordered.map((standing, at) => {
    const start = x(standing.tagger?.date ?? now);
    const end = x(ordered[at + 1]?.tagger?.date ?? now);
    // A clock that ran behind must not draw a band backwards.
    return segment(standing, Math.min(start, end), Math.abs(end - start), y, colour);
  });
  return html`<text class="lane" x="0" y="${y + BAND / 2 + 4}">${clipped(stage)}</text>${segments}`;
}

function segment(
  standing: Assignment,
  x: number,
  extent: number,
  y: number,
  colour: (version: string) => number,
): Html {
  const width = round(Math.max(2, extent));
  const words = standing.rollout.length === 0 ? "nothing" : showRollout(standing.rollout);
  const title = `${standing.tag}: ${words}\nfrom ${standingTime(standing)}\n${firstLine(standing.reason)}`;
  let top = y;
  const shares = standing.rollout.map(({ version, weight }) => {
    const height = round((BAND * weight) / 100);
    const band = html`<rect
      class="band c${colour(version)}"
      x="${round(x)}"
      y="${round(top)}"
      width="${width}"
      height="${height}"
    />`;
    top += height;
    return band;
  });
  const label =
    widthOf(words) + 8 <= width
      ? html`<text class="share" x="${round(x + width / 2)}" y="${y + BAND / 2 + 4}">${words}</text>`
      : null;
  return html`<g><title>${title}</title>${shares}${label}</g>`;
}

function clipped(text: string): string {
  return [...text].length > 13 ? `${[...text].slice(0, 12).join("")}…` : text;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
