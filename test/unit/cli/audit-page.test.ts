import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditMarkdown } from "../../../src/cli/views/audit-markdown.ts";
import { auditPage } from "../../../src/cli/views/audit-page.ts";
import { html } from "../../../src/cli/views/audit-page/html.ts";
import { STYLE } from "../../../src/cli/views/audit-page/style.ts";
import { auditView } from "../../../src/cli/views/audit.ts";
import type { AuditResult } from "../../../src/operations/audit.ts";

const OID = "a".repeat(40);

/** A report with this text wherever somebody else's text can stand. */
function report(text: string): AuditResult {
  const tagger = { name: text, email: text, date: 1_771_668_000, zone: "+0100" };
  const shares = [
    { version: "1.1.0", tag: OID, weight: 90 },
    { version: "1.2.0", tag: OID, weight: 10 },
  ];
  const assignment = {
    model: text,
    stage: text,
    tag: text,
    oid: OID,
    by: "mversion" as const,
    reason: text,
    signed: false,
  };
  const history = {
    ...assignment,
    baseline: "1.1.0",
    tagger,
    seal: null,
    slots: null,
    rollout_id: OID,
    commit: OID,
    returns: { assignment: text, tag: OID },
  };
  const release = { tag: text, date: "2026-02-09", reason: text, metrics: [{ name: text, value: 0.9, text }] };
  return {
    at: "2026-03-01T12:00:00Z",
    head: OID,
    models: [
      {
        model: text,
        releases: [
          { ...release, version: "1.1.0", time: 1_770_000_000, retracted: text },
          { ...release, version: "1.2.0", time: 1_771_000_000, retracted: null },
        ],
        stages: [
          {
            stage: text,
            assignments: [
              { ...history, number: 2, rollout: shares },
              { ...history, number: 1, rollout: [], tagger: null },
            ],
          },
        ],
      },
    ],
    versions: [
      {
        model: text,
        version: "1.2.0",
        tag: text,
        oid: OID,
        commit: OID,
        date: "2026-02-09",
        tagger,
        reason: text,
        retracted: text,
        gaps: 1,
        correction: text,
        rows: [
          {
            number: 1,
            question: "Which models are there?",
            asked_by: "integrity",
            state: "gap",
            answer: [text],
            missing: [text],
            evidence: [{ kind: "file", name: text, id: OID }],
            commands: [text],
          },
        ],
      },
    ],
    gaps: 1,
    not_from_git: ["Drift"],
    incomplete: text,
  };
}

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</style><style>*{display:none}</style>",
  "</title></svg><a href='javascript:alert(1)'>",
  "https://evil.example/x.png url(//evil.example) @import",
  "<!-- -->]]>",
  "`${1}`",
  "${html`<b>`}",
];
/** The elements with the names of their attributes. Labels of a drawing are left out where they have no room. */
const elements = (page: string): string[] =>
  (page.replace(STYLE, "").match(/<[!/a-z](?:"[^"]*"|[^>"])*>/gi) ?? [])
    .map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, " "))
    .filter((tag) => !/^<\/?text\b/.test(tag));

describe("the audit page", () => {
  it.each(HOSTILE)("takes %j for a text", (text) => {
    const page = auditPage(report(text));
    expect(elements(page)).toEqual(elements(auditPage(report("words"))));
  });

  it("has the same elements whatever a tag says", () => {
    const plain = elements(auditPage(report("words")));
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        expect(elements(auditPage(report(`x${text}`)))).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it("asks for nothing from outside", () => {
    const page = auditPage(report("words"));
    expect(page).not.toMatch(/https?:|\/\/[a-z]|url\(|@import|<link|<script|<img|<iframe|\ssrc=|\shref=|\sstyle=/i);
    const hash = createHash("sha256").update(STYLE).digest("base64");
    expect(page.replaceAll("&#39;", "'")).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).toContain(`<style>${STYLE}</style>`);
  });

  it("shows characters that turn the direction of writing, or show nothing, by their number", () => {
    expect(html`${"a\u202eb\u0000c\nd"}`.text).toBe("a\\u202eb\\u0000c\nd");
  });

  it("draws a life of one release, of none on a stage, and of many", () => {
    const many = report("words");
    const [model] = many.models;
    if (!model) throw new Error("no model");
    const [release] = model.releases;
    const releases = Array.from({ length: 500 }, (_, at) => ({ ...release, version: `1.${at}.0`, time: at * 86_400 }));
    for (const list of [model.releases.slice(0, 1), releases as typeof model.releases]) {
      const page = auditPage({ ...many, models: [{ ...model, releases: list, stages: [] }] });
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("does not draw backwards where a clock ran behind", () => {
    const backwards = report("words");
    const [first] = backwards.models[0]?.stages[0]?.assignments ?? [];
    if (!first?.tagger) throw new Error("no assignment");
    first.tagger.date = 9_999_999_999;
    expect(auditPage(backwards)).not.toMatch(/width="-/);
  });
});

it.each(HOSTILE)("Markdown takes %j for a text", (text) => {
  const page = auditMarkdown(report(text));
  expect(page).not.toMatch(/<script|<img|<a |<style/);
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  expect(rows.length).toBe(
    auditMarkdown(report("words"))
      .split("\n")
      .filter((line) => line.startsWith("| ")).length,
  );
});

it("text shows escape sequences by their number", () => {
  const { out, notes } = auditView(report("\u001b[2Jx\ny"), (_format, text) => text);
  expect(out + notes.join("")).not.toContain("\u001b");
});
