// Story 3, three models that share a tokenizer folder and a dataset: who is concerned by a change is found by mversion,
// and nobody else is touched.
import { beforeAll, describe, expect, test } from "vitest";
import { declaredAlong, numbersReused, released } from "../helpers/history.ts";
import { type Person, person, sha256 } from "../helpers/program.ts";

const TOKENIZER = "models/tokenizer";
const MODELS = ["churn", "risk", "ltv"] as const;
// walkthrough.md C, byte for byte.
const FIRST_TOKENIZER = "3e2286d9beb794ba0a3fff597b5baba6a175430d350e2b448e38b66c83fd385c";
const FIRST_CHURN_CONTENT = "37035c74e95d091895e29171a33352cd12a31fa1f6b85863ebd4dc31dfbd4021";

let ada: Person;
const version = (model: string): string => /^version: (.*)$/m.exec(ada.read(`${model}.model.yaml`))?.[1] ?? "";
const versions = (): string[] => MODELS.map((model) => `${model} ${version(model)}`);

beforeAll(() => {
  ada = person("Ada");
  ada.sh("git init -q");
  ada.write("train.py", "print('three models')\n");
  ada.write("data/train.csv", "age,income\n34,52000\n");
  for (const model of MODELS) ada.write(`models/${model}.onnx`, `${model}\n`);
  ada.write(`${TOKENIZER}/build.sh`, "#!/bin/sh\n");
  ada.write(`${TOKENIZER}/vocab.json`, '{"a":0}\n');
  ada.sh(`chmod +x ${TOKENIZER}/build.sh && ln -s vocab.json ${TOKENIZER}/latest.json`);
});

describe.sequential("three models, one tokenizer, one dataset", () => {
  test("each model has a record; the folder belongs to all three", () => {
    ada.sh("mv init --model churn --yes && mv init --model risk && mv init --model ltv");
    ada.sh("mv add data/train.csv --dataset");
    for (const model of MODELS) ada.sh(`mv add models/${model}.onnx --model ${model} --metric auc=0.9`);
    ada.sh(`mv add ${TOKENIZER} --model churn --model risk --model ltv`);
    ada.sh('git add train.py && git commit -qm "Three models"');
    expect(versions()).toEqual(["churn 0.1.0-dev.1", "risk 0.1.0-dev.1", "ltv 0.1.0-dev.1"]);
    expect(ada.read(`${TOKENIZER}.mv.yaml`)).toBe(
      `schema: 1\npath: tokenizer\nkind: directory\nrole: model\nsha256: "${FIRST_TOKENIZER}"\nsize: 18\nfiles: 3\n`,
    );
    expect(ada.read("churn.model.yaml")).toContain(`content: "sha256:${FIRST_CHURN_CONTENT}"`);
    for (const model of MODELS) {
      const record = ada.read(`${model}.model.yaml`);
      expect(record).toContain(`dataset_snapshot_id: "sha256:${sha256("age,income\n34,52000\n")}"`);
      // The folder completed the training that was just described: what was measured stays.
      expect(record).toMatch(/^metrics: \{auc: 0\.9\}$/m);
    }
  });

  test("three first releases are one commit", () => {
    const before = ada.sh("git rev-list --count HEAD");
    ada.sh('mv tag churn@v2.0.0 risk@v1.3.0 ltv@v2.9.0 -m "What runs today"');
    expect(ada.sh("git rev-list --count HEAD")).toBe(String(Number(before) + 1));
    expect(ada.sh("git tag --points-at HEAD")).toBe("ltv@v2.9.0\nrisk@v1.3.0\nv2.0.0");
    expect(ada.sh("git log -1 --format=%s")).toBe("Release churn 2.0.0, risk 1.3.0, ltv 2.9.0");
  });

  test("a changed tokenizer concerns three records, and one number is not enough", () => {
    ada.write(`${TOKENIZER}/vocab.json`, '{"a":0,"b":1}\n');
    ada.sh(`mv add ${TOKENIZER}`);
    expect(ada.sh("git diff --cached --name-only").split("\n")).toEqual([
      "churn.model.yaml",
      "ltv.model.yaml",
      `${TOKENIZER}.mv.yaml`,
      "risk.model.yaml",
    ]);
    for (const model of MODELS) expect(ada.read(`${model}.model.yaml`)).not.toContain("metrics");
    ada.sh("mv bump minor --model churn");
    const words = ada.refused('git commit -m "New tokenizer"');
    expect(words).toContain(`${TOKENIZER} would overwrite risk 1.3.0 and ltv 2.9.0, both released with other bytes.`);
    expect(words).toContain("mv bump --affected minor");
  });

  test("mv bump --affected raises the others and leaves the one that was raised already", () => {
    expect(ada.sh("mv bump --affected minor")).toBe("churn 2.1.0, risk 1.3.0 -> 1.4.0, ltv 2.9.0 -> 2.10.0");
    ada.sh('mv tag churn@v2.1.0 risk@v1.4.0 ltv@v3.0.0 -m "A tokenizer with b"');
    expect(ada.sh("git tag --points-at HEAD")).toBe("ltv@v3.0.0\nrisk@v1.4.0\nv2.1.0");
    expect(ada.sh("git log -1 --format=%s")).toBe("Release churn 2.1.0, risk 1.4.0, ltv 3.0.0");
    expect(ada.sh("git status --porcelain")).toBe("");
    expect(released(ada.dir, "ltv").has("3.0.0")).toBe(true);
  });

  test("rolling one model back leaves the other two alone where they share nothing new", () => {
    ada.write("models/risk.onnx", "risk, retrained\n");
    ada.sh('mv add models/risk.onnx && mv tag risk@v1.5.0 -a -m "Retrained"');
    ada.sh("mv restore risk@v1.4.0");
    expect(ada.sh("git diff --cached --name-only").split("\n")).toEqual([
      "models/risk.onnx.mv.yaml",
      "risk.model.yaml",
    ]);
    expect(ada.sha256("models/risk.onnx")).toBe(sha256("risk\n"));
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0,"b":1}\n');
    expect(versions()).toEqual(["churn 2.1.0", "risk 1.4.0", "ltv 3.0.0"]);
    ada.sh('git commit -qm "Roll risk back"');
  });

  test("further back they share the tokenizer: refused, and nothing is touched", () => {
    expect(ada.refused("mv restore risk@v1.3.0")).toMatchInlineSnapshot(`
      "mversion: refused: models/tokenizer is of churn and ltv too, and would change for them
      Next: repeat with --affected, which raises the draft of churn and ltv
      "
    `);
    expect(ada.sh("git status --porcelain")).toBe("");
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0,"b":1}\n');
  });

  test("a single file that nobody shares comes back all the same", () => {
    ada.write("models/risk.onnx", "risk, a third time\n");
    ada.sh('mv add models/risk.onnx && mv tag risk@v1.6.0 -a -m "Retrained"');
    ada.sh("mv restore risk@v1.3.0 models/risk.onnx");
    expect(ada.sha256("models/risk.onnx")).toBe(sha256("risk\n"));
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0,"b":1}\n');
    // Together with today's tokenizer these are 1.4.0's bytes, but nobody said so: the record waits for a number.
    ada.sh('mv bump draft --model risk && git commit -qm "risk as before, with the new tokenizer"');
  });

  test("with --affected the tokenizer goes back for all, and the others get drafts", () => {
    const words = ada.run("mv restore risk@v1.3.0 --affected").stderr;
    expect(words).toContain("churn 2.2.0-dev.1");
    expect(words).toContain("ltv 3.1.0-dev.1");
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0}\n');
    expect(ada.sh(`ls -l ${TOKENIZER}`)).toMatch(/-rwxr-xr-x.* build\.sh\n.*latest\.json -> vocab\.json/);
    expect(versions()).toEqual(["churn 2.2.0-dev.1", "risk 1.3.0", "ltv 3.1.0-dev.1"]);
    ada.sh('git commit -qm "Back to the first tokenizer"');
  });

  test("a version of one model comes back with the folder and the data it had", () => {
    ada.sh("mv checkout churn@v2.1.0");
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0,"b":1}\n');
    ada.sh("mv checkout ltv@v2.9.0");
    expect(ada.read(`${TOKENIZER}/vocab.json`)).toBe('{"a":0}\n');
    ada.sh("git switch -q main && mv status && mv verify --all && mv check --all");
    for (const model of MODELS) {
      expect(numbersReused(declaredAlong(ada.dir, `${model}.model.yaml`, "--first-parent", "main"))).toEqual([]);
    }
  });
});
