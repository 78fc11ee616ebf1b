import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseYaml } from "../../../src/model/yaml.ts";
import { fillTemplate } from "../../../src/operations/export/card-template.ts";
import { modelCard } from "../../../src/operations/export/model-card.ts";
import { bareDocument, FULL, HOSTILE, sampleDocument } from "./export-samples.ts";

const TEMPLATE = readFileSync(join(import.meta.dirname, "../../../templates/model-card.md"), "utf8");
const fill = (template: string, places: Record<string, string>): string =>
  fillTemplate(template, "card.md", (name) => (Object.hasOwn(places, name) ? places[name] : undefined), ["a"]);

describe("templates", () => {
  it("put texts in their places", () => {
    expect(fill("{{a}} and {{ a }}.", { a: "one" })).toBe("one and one.\n");
  });

  it("keep a block only where its text is not empty, or is", () => {
    const template = "x\n{{#a}}\n[{{a}}]\n{{/a}}\n{{^a}}\nnone\n{{/a}}\ny";
    expect(fill(template, { a: "one" })).toBe("x\n[one]\ny\n");
    expect(fill(template, { a: "" })).toBe("x\nnone\ny\n");
  });

  it("nest blocks", () => {
    expect(fill("{{#a}}\n{{#b}}\nboth\n{{/b}}\n{{/a}}", { a: "", b: "1" })).toBe("\n");
  });

  it.each([
    ["{{nothing}}", "card.md:1: there is no {{nothing}}"],
    ["\n{{#nothing}}\n{{/nothing}}", "card.md:2: there is no {{nothing}}"],
    ["{{#a}}\nx", "card.md:1: {{#a}} is not closed by {{/a}}"],
    ["{{/a}}", "card.md:1: {{/a}} closes no {{#a}} before it"],
    ["{{#a}}\n{{#b}}\n{{/a}}\n{{/b}}", "card.md:3: {{/a}} closes no {{#a}} before it"],
  ])("that are not well formed are refused: %j", (template, message) => {
    expect(() => fill(template, { a: "1", b: "1" })).toThrow(message);
  });

  it("never read what they put in", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const one = text.replaceAll("\n", "");
        expect(fill("<{{a}}>", { a: `{{b}}${one}` })).toBe(`<{{b}}${one}>\n`);
      }),
    );
  });
});

describe("the model card", () => {
  it("has front matter that a YAML reader takes", () => {
    const [, front = ""] = modelCard(sampleDocument(), TEMPLATE, "card").split(/^---$/m);
    expect(front.trim()).toMatchInlineSnapshot(`
      "license: apache-2.0
      library_name: sklearn
      pipeline_tag: tabular-classification
      base_model: tabular/base
      tags: [mversion]
      metrics: [accuracy, f1]
      model-index:
        - {name: churn, results: [{task: {type: tabular-classification}, dataset: {name: data/test.csv, type: data/test.csv, revision: "1.2.0"}, metrics: [{type: accuracy, value: 0.90}, {type: f1, value: 1e-1}]}]}"
    `);
  });

  it("says all that is known", () => {
    const card = modelCard(sampleDocument(), TEMPLATE, "card");
    expect(card.slice(card.indexOf("# churn"))).toMatchInlineSnapshot(`
      "# churn 1.2.0

      Who leaves within 30 days

      Canary on the February snapshot

      \\- not a list

      - Released 2026-02-21 by Ada &lt;ada&#64;example.org&gt; as v1.2.0
      - Tag object \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`, commit \`bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`
      - Content \`sha256:0560df3f7762674416876f4f71fafd5e91b8c491a6cb0e50246f68ae56e8bcf5\`
      - A minor step after 1.1.0
      - Status: active
      - Owner: Risk team &lt;risk&#64;example.org&gt;
      - License: apache-2.0
      - Base model: tabular/base

      ## Intended use

      - Retention campaigns

      ### Users

      - CRM

      ### Not for

      - Pricing

      ## Limits

      - Under 18

      ## Fairness

      - equal recall by region

      Sensitive data: none

      ## Outputs

      | output | meaning |
      | --- | --- |
      | churn | probability of leaving |

      | threshold | value |
      | --- | --- |
      | churn | 0.35 |

      ## Evaluation

      | metric | data | value | confidence interval |
      | --- | --- | --- | --- |
      | accuracy | all | 0.90 | 0.89 to 0.93 |
      | f1 | all | 1e-1 |  |
      | accuracy | north | 0.88 |  |

      - Evaluated on: data/test.csv
      - Report: reports/churn.md
      - Validated by Ben &lt;ben&#64;example.org&gt; 2026-02-20
      - Next validation: 2027-02-20
      - Valid until: 2027-03-01

      ## Training

      - Trained 2026-02-09
      - Data snapshot sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b
      - Source of the data: warehouse.customers
      - Split: 80/20
      - Feature set 3.1.0
      - Architecture logistic regression

      | path | kind | bytes | SHA-256 |
      | --- | --- | --- | --- |
      | data/train.csv | file | 60 | 68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b |

      ### Features

      - age
      - income

      | hyperparameter | value |
      | --- | --- |
      | C | 1.0 |
      | tree.depth | 3 |

      | library | value |
      | --- | --- |
      | python | 3.11.7 |
      | scikit\\_learn | 1.4.0 |
      | scikit-learn | 1.4.0 |

      | environment | value |
      | --- | --- |
      | os | linux-x64 |

      ## Files

      | path | kind | bytes | SHA-256 |
      | --- | --- | --- | --- |
      | models/model.onnx | file | 8 | 14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b |
      | models/tokenizer | directory | 18 | 68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b |

      To get exactly these bytes: mv get REPOSITORY v1.2.0 -o DIR
      "
    `);
  });

  it("says what is not stated", () => {
    const card = modelCard(bareDocument(), TEMPLATE, "card");
    expect(card).toContain("## Limits\n\nNot stated.");
    expect(card).not.toContain("\n\n\n");
    expect(card).not.toContain("{{");
  });

  it.each(HOSTILE)("leaves %j a text", (text) => {
    const hostile = FULL.replace("Under 18", JSON.stringify(text)).replace("apache-2.0", JSON.stringify(text));
    const card = modelCard(sampleDocument(hostile, { reason: text }), TEMPLATE, "card");
    const [, front = "", ...rest] = card.split(/^---$/m);
    expect(parseYaml(front, "front").data["license"]).toBe("other");
    expect(rest).toHaveLength(1);
    expect(rest.join("")).not.toMatch(/<script|(?<!\\)\]\(http| @team/);
  });

  it.each([
    ["GPL-3.0-or-later", "license: gpl-3.0\n"],
    ["odbl-1.0", "license: odbl\n"],
    ["MIT-0", "license: other\nlicense_name: MIT-0\n"],
    ["In house", "license: other\nlicense_name: In house\n"],
  ])("calls %s what the Hub calls it", (license, lines) => {
    const card = modelCard(sampleDocument(FULL.replace("apache-2.0", license)), TEMPLATE, "card");
    expect(card.slice("---\n".length)).toMatch(new RegExp(`^${lines}`));
  });

  it("takes a field of a team's own", () => {
    expect(modelCard(sampleDocument(`${FULL}board: {ticket: R-12}\n`), "{{fields.board.ticket}}", "card")).toBe(
      "R-12\n",
    );
    expect(modelCard(sampleDocument(), "{{fields.nothing}}x", "card")).toBe("x\n");
  });
});
