// Story 1, alone, from nothing: a folder with a notebook, a pickle and a CSV becomes a repository whose every version comes
// back byte for byte. Each step goes on where the one before ended.
import { beforeAll, describe, expect, test } from "vitest";
import { declaredAlong, numbersReused, released } from "../helpers/history.ts";
import { fixture, type Person, person, sha256 } from "../helpers/program.ts";

const MODEL = "models/churn.pkl";
const RECORD = "churn.model.yaml";
const pickle = fixture("models/formats/model.pkl");
const january = fixture("data/january/train.csv");
const notebook = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n';

/** A pickle like any other of a training: the fixture, with a number that no other training has. */
function training(number: number): Buffer {
  return Buffer.concat([pickle, Buffer.from(`# ${number}\n`)]);
}

let ada: Person;
beforeAll(() => {
  ada = person("Ada");
  ada.write("explore.ipynb", notebook);
  ada.write(MODEL, training(0));
  ada.write("data/train.csv", january);
});

describe.sequential("alone, from nothing", () => {
  test("four commands make the first draft, without a repository before", () => {
    expect(ada.exists(".git")).toBe(false);
    ada.sh("mv init --model churn --yes");
    ada.sh("mv add data/train.csv --dataset");
    ada.sh(`mv add ${MODEL} --metric accuracy=0.80 --param C=1.0`);
    ada.sh('git add explore.ipynb && git commit -qm "First training"');
    expect(ada.read(RECORD)).toMatch(/^version: 0\.1\.0-dev\.1$/m);
    // Git has pointers and text alone.
    expect(ada.sh("git ls-files").split("\n")).toEqual([
      ".gitattributes",
      ".mversion.yaml",
      RECORD,
      "data/.gitignore",
      "data/train.csv.mv.yaml",
      "explore.ipynb",
      "models/.gitignore",
      `${MODEL}.mv.yaml`,
    ]);
    expect(ada.sh("git status --porcelain")).toBe("");
  });

  test("eight retrainings are committed as drafts, and nothing is in the way", () => {
    for (let number = 1; number <= 8; number++) {
      ada.write("explore.ipynb", notebook.replace("[]", `["${number}"]`));
      ada.write(MODEL, training(number));
      const before = `0.1.0-dev.${number}`;
      const after = `0.1.0-dev.${number + 1}`;
      const line = ada.sh(`mv add ${MODEL} --metric accuracy=0.8${number} && git commit -qam "Training ${number}"`);
      expect(line).toContain(`churn ${before} -> ${after}`);
    }
    const drafts = declaredAlong(ada.dir, RECORD, "main");
    expect(drafts.map(({ version }) => version)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `0.1.0-dev.${number}`),
    );
    expect(new Set(drafts.map(({ content }) => content)).size).toBe(9);
  });

  test("the first release, and a second after one more training", () => {
    expect(ada.sh('mv tag v1.0.0 -m "Good enough to be used"')).toMatch(
      /^churn 1\.0\.0 {2}tag v1\.0\.0 {2}commit \w+$/,
    );
    ada.write(MODEL, training(9));
    ada.write("explore.ipynb", notebook.replace("[]", '["9"]'));
    ada.sh(`mv add ${MODEL} --metric accuracy=0.89`);
    const words = ada.refused("git commit -am wip");
    expect(words).toContain(`refused: ${MODEL} would overwrite churn 1.0.0, which is released with other bytes.`);
    expect(words).toContain("mv tag v1.1.0 -a -m WHY");
    ada.sh('mv tag v1.1.0 -a -m "Tuned on the second fold"');
    expect(released(ada.dir, "churn")).toEqual(
      new Map([
        ["1.0.0", `${sha256(training(8))}  ${MODEL}`],
        ["1.1.0", `${sha256(training(9))}  ${MODEL}`],
      ]),
    );
    expect(ada.sh("git status --porcelain")).toBe("");
  });

  test("a typo is taken back: no tag, and the record says what it said before", () => {
    ada.write(MODEL, training(10));
    ada.sh(`mv add ${MODEL}`);
    ada.sh('mv tag v2.0.0 -a -m "A wider grid"');
    expect(ada.sh("mv untag v2.0.0")).toMatchInlineSnapshot(
      `"v2.0.0 removed. Its commit stays; the record is back at 1.1.0, staged."`,
    );
    expect(ada.sh("git tag --list")).toBe("v1.0.0\nv1.1.0");
    expect(ada.read(RECORD)).toMatch(/^version: 1\.1\.0$/m);
    expect(ada.read(RECORD)).not.toMatch(/^reason:/m);
    ada.sh('mv tag v1.2.0 -m "A wider grid"');
    expect(released(ada.dir, "churn").get("1.2.0")).toBe(`${sha256(training(10))}  ${MODEL}`);
  });

  test("an old version comes back whole, and so does today", () => {
    const today = ada.read("explore.ipynb");
    ada.write("notes.txt", "not mine to touch\n");
    expect(ada.sh("mv checkout v1.0.0")).toMatch(/^churn 1\.0\.0 {2}commit \w+ {2}2 files as released$/);
    expect(ada.sha256(MODEL)).toBe(sha256(training(8)));
    expect(ada.sha256("data/train.csv")).toBe(sha256(january));
    expect(ada.read("explore.ipynb")).toContain('["8"]');
    expect(ada.read("notes.txt")).toBe("not mine to touch\n");
    ada.sh("git switch -q main");
    expect(ada.sha256(MODEL)).toBe(sha256(training(10)));
    expect(ada.read("explore.ipynb")).toBe(today);
    expect(ada.sh("git status --porcelain")).toBe("?? notes.txt");
  });

  test("forward again: the old bytes become the next patch", () => {
    expect(ada.run("mv revert v1.0.0").screen).toMatchInlineSnapshot(`
      "$ mv revert v1.0.0
      churn 1.2.1 prepared from 1.0.0; code and data stay
      ! Next: mv tag v1.2.1
      exit 0"
    `);
    expect(ada.sha256(MODEL)).toBe(sha256(training(8)));
    ada.sh("mv tag v1.2.1");
    expect(released(ada.dir, "churn").get("1.2.1")).toBe(`${sha256(training(8))}  ${MODEL}`);
    expect(ada.read(RECORD)).toMatch(/^reason: Return to 1\.0\.0$/m);
    // The record of those bytes, measured then.
    expect(ada.read(RECORD)).toMatch(/^metrics: \{accuracy: 0\.88\}$/m);
  });

  test("in the end every number names one content, and our own checks agree", () => {
    expect(numbersReused(declaredAlong(ada.dir, RECORD, "--first-parent", "main").filter(isNotUntagged))).toEqual([]);
    ada.sh("mv check --all");
    ada.sh("mv verify --all");
    for (const [version, content] of released(ada.dir, "churn")) {
      ada.sh(`mv checkout v${version}`);
      expect(`${ada.sha256(MODEL)}  ${MODEL}`).toBe(content);
    }
  });
});

/** 2.0.0 was taken back before anyone else saw it. */
function isNotUntagged({ version }: { version: string }): boolean {
  return version !== "2.0.0";
}
