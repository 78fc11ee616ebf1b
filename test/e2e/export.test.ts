// What others' programs say of our exports: huggingface_hub of a model card, CycloneDX's own validator of a bill of materials.
import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { play, sampleProject } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { pythonTool } from "../helpers/python-tools.ts";

const READ_CARD = `
import json, sys
from huggingface_hub import ModelCard
card = ModelCard(open(sys.argv[1]).read())
data = card.data
result = data.eval_results[0]
print(json.dumps({
  "license": data.license, "library": data.library_name, "task": result.task_type, "dataset": result.dataset_name,
  "metric": [result.metric_type, result.metric_value], "model": data.model_name, "text": card.text.strip().split("\\n")[0],
}))
`;
const VALIDATE = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
print("valid" if error is None else f"invalid: {error.data.message if hasattr(error.data, 'message') else error}")
`;

describe("exports that others read", () => {
  let repo: TestRepo;
  const python = (script: string, file: string): string => {
    const { status, stdout, stderr } = spawnSync(pythonTool("python"), ["-c", script, repo.path(file)], {
      encoding: "utf8",
    });
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    return stdout.trim();
  };

  beforeAll(async () => {
    repo = await sampleProject({ until: "1.0.0" });
    await play(
      repo,
      "mv set license=Apache-2.0 task=tabular-classification evaluation.data=data/test.csv owner='Risk: \"a\" <r@example.org>'",
      "mv set 'limits=[\"<script>: yes\", \"---\"]' confidence_intervals.accuracy='[0.88, 0.92]' slices.north.accuracy=0.8",
      'mv tag v1.0.1 -a -m "Say what it is for"',
      "mv export v1.0.1 --format model-card -o card.md",
      "mv export v1.0.1 --format cyclonedx -o bom.json",
    );
  });

  it("the card is one for huggingface_hub, numbers and all", () => {
    expect(JSON.parse(python(READ_CARD, "card.md"))).toEqual({
      license: "apache-2.0",
      library: "sklearn",
      task: "tabular-classification",
      dataset: "data/test.csv",
      metric: ["accuracy", 0.9],
      model: "churn",
      text: "# churn 1.0.1",
    });
  });

  it("the bill of materials is valid for CycloneDX's Python library, and not with a key too many", () => {
    expect(python(VALIDATE, "bom.json")).toBe("valid");
    repo.write("broken.json", repo.read("bom.json").replace('"modelParameters"', '"modelParams"'));
    expect(python(VALIDATE, "broken.json")).toMatch(/^invalid/);
  });
});
