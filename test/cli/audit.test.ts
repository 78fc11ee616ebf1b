import { beforeAll, describe, expect, it } from "vitest";
import { json, MODEL, play, run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv audit", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("answers each question or names the gap", async () => {
    const { screen: text } = await run(repo, "mv audit v1.1.0");
    expect(text.replace(/Read and hashed on \S+:/, "Read and hashed on DAY:")).toMatchInlineSnapshot(`
      "churn 1.1.0  v1.1.0  2026-01-01  Ada  5 answered, 21 gaps, 1 not arising
       1 gap             Which models are there, and in what state?
                         churn: released, 2 releases, the newest 1.1.0
                         missing: the status of churn
                         Next: mv set status=…
       2 answered        Which version is this, of when, after which?
                         churn 1.1.0, released 2026-01-01 by Ada <ada@example.org>, a minor step after 1.0.0
                         It seals 1.0.0
                         v1.1.0 <tag v1.1.0>, commit <commit 4>, churn 1.0.0 <tag v1.0.0>
       3 answered        Which files is it, with what hashes?
                         Content sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4
                         models/model.onnx: file, 8 bytes, SHA-256 b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d
                         v1.1.0 <tag v1.1.0>, models/model.onnx b3242f12
       4 answered        Are the bytes still the same?
                         Read and hashed on DAY: 2 objects
                         models/model.onnx b3242f12, data/train.csv 68335d23
       5 gap             Which code trained it, and was the tree clean?
                         Released from commit <commit 4>
                         missing: the commit that the training ran at
                         missing: whether files had changes then
                         commit <commit 4>, churn.model.yaml c18a1442
                         Next: mv set trained.commit=… trained.dirty=…
       6 gap             Which data trained it?
                         Snapshot sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b
                         data/train.csv: 60 bytes, SHA-256 68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b
                         missing: where the data comes from
                         missing: how it was split
                         data/train.csv 68335d23, churn.model.yaml c18a1442
                         Next: mv set training_data.source=… training_data.split=…
       7 gap             Which feature set, and which inputs in what order?
                         Feature set 3.1.0
                         missing: the inputs in order, with their types
                         churn.model.yaml c18a1442
                         Next: mv set signature.inputs=…
       8 gap             What do the outputs mean, and where is the threshold?
                         missing: what the outputs mean
                         missing: where a decision is made of them
                         churn.model.yaml c18a1442
                         Next: mv set outputs.NAME=… thresholds.NAME=…
       9 gap             Which hyperparameters, and which seed?
                         C 0.5
                         missing: the random seed, or that there is none
                         churn.model.yaml c18a1442
                         Next: mv set hyperparameters.seed=…
      10 gap             Which libraries, system and hardware?
                         python 3.11.7
                         scikit-learn 1.4.0
                         os linux-x64
                         python_implementation CPython
                         missing: the hardware
                         churn.model.yaml c18a1442
                         Next: mv set environment.hardware=…
      11 gap             Which architecture, and did it change?
                         missing: the architecture, and whether it changed
                         churn.model.yaml c18a1442
                         Next: mv set architecture=…
      12 answered        Why this version number?
                         minor after 1.0.0: Retrained on the February snapshot
                         artifacts models/model.onnx 14148f94 -> b3242f12
                         hyperparameters C 1.0 -> 0.5
                         metrics accuracy 0.90 -> 0.91
                         v1.1.0 <tag v1.1.0>, churn 1.0.0 <tag v1.0.0>
      13 gap             What was it made from, and under which license?
                         missing: the model that it was made from, or none
                         missing: the license
                         churn.model.yaml c18a1442
                         Next: mv set base_model=… license=…
      14 gap             What is it for, for whom, and what is it not for?
                         missing: what it is for
                         missing: who uses it
                         missing: what it must not be used for
                         churn.model.yaml c18a1442
                         Next: mv set purpose=… users=… restrictions=…
      15 gap             What are its known limits?
                         missing: known limits
                         churn.model.yaml c18a1442
                         Next: mv set limits=…
      16 gap             What was measured, on what, how surely?
                         accuracy 0.91
                         missing: the test data
                         missing: metrics on parts of the data
                         missing: confidence intervals
                         churn.model.yaml c18a1442
                         Next: mv set slices.PART.METRIC=… confidence_intervals.METRIC=…
                         Next: mv add TEST-DATA --role evaluation
      17 gap             Is the test report dated and signed?
                         missing: a test report
                         missing: the day of the test
                         missing: a signature that holds over the commit with the report
                         v1.1.0 <tag v1.1.0>
                         Next: mv set evaluation.report=… evaluation.date=…
                         Next: git config tag.gpgSign true
      18 gap             Is it fair, and is there sensitive data in it?
                         missing: what was found for groups of people
                         missing: whether sensitive data went into it
                         churn.model.yaml c18a1442
                         Next: mv set fairness=… sensitive_data=…
      19 gap             Who owns, made and validated it, and are they different people?
                         Made by Ada <ada@example.org>
                         missing: the owner
                         missing: who validated it
                         v1.1.0 <tag v1.1.0>, churn.model.yaml c18a1442
                         Next: mv set owner=… validation.by=…
      20 gap             Who approved it, when, with which key?
                         missing: an approval
                         Next: mv approve v1.1.0 production -m WHY
      21 gap             Is its tag signed by somebody who might?
                         missing: a signature: a released tag stays as it is, the next one can be signed
                         v1.1.0 <tag v1.1.0>
                         Next: git config tag.gpgSign true
      22 gap             What ran where, when, at what share?
                         missing: any assignment: where it runs is nowhere said
                         Next: mv promote v1.1.0 staging -m WHY
      23 does not arise  Which rollbacks and splits, from what to what, and why?
                         1.1.0 never stood on a stage
      24 gap             Is the file safe to load?
                         missing: a scan of the file
                         missing: the scanner's version
                         missing: what it found
                         churn.model.yaml c18a1442
                         Next: mv set scan.tool=… scan.version=… scan.result=…
      25 gap             When was it validated, when is that due again?
                         missing: the day of the validation
                         missing: when it is due again
                         missing: until when it may run
                         churn.model.yaml c18a1442
                         Next: mv set validation.date=… validation.next=… validation.expires=…
      26 answered        Was a tag moved or removed, or history rewritten?
                         Every release and event that a later tag names is where it was, none is older than what it names, and records are as sealed
                         No later release seals it yet: the copy in a store is the second witness
                         v1.1.0 <tag v1.1.0>
      27 gap             Which versions are retired, and are old ones kept?
                         No version is retracted
                         All bytes are here: it can be restored
                         missing: how long versions are kept
                         v1.1.0 <tag v1.1.0>
                         Next: mv set retention=…

      What Git cannot know
        Single predictions and their logs (Article 12 wants them for the life of the system, Articles 19 and 26 for six months or more)
        Drift of data or results in production, and real-world performance
        The share of traffic that a version really got: an assignment says the share that it was meant to get
        What was changed on a server without a tag
      ! 21 gaps in 1 version.
      ! What mv set says belongs to a version once it is tagged. Next: mv tag v1.1.1 -a -m WHY"
    `);
  });

  it("gives all of it to a program, by --json and as a file", async () => {
    const { data } = await json(repo, "mv audit v1.1.0 --json");
    const { versions, gaps, models } = data as { versions: { rows: unknown[] }[]; gaps: number; models: unknown[] };
    expect([versions.length, versions[0]?.rows.length, gaps]).toEqual([1, 27, expect.any(Number)]);
    expect(versions[0]?.rows[1]).toMatchInlineSnapshot(`
      {
        "answer": [
          "churn 1.1.0, released 2026-01-01 by Ada <ada@example.org>, a minor step after 1.0.0",
          "It seals 1.0.0",
        ],
        "asked_by": "Annex IV 1(a)",
        "commands": [],
        "evidence": [
          {
            "id": "<tag v1.1.0>",
            "kind": "tag",
            "name": "v1.1.0",
          },
          {
            "id": "<commit 4>",
            "kind": "commit",
            "name": "",
          },
          {
            "id": "<tag v1.0.0>",
            "kind": "tag",
            "name": "churn 1.0.0",
          },
        ],
        "missing": [],
        "number": 2,
        "question": "Which version is this, of when, after which?",
        "state": "answered",
      }
    `);
    expect(models).toMatchObject([
      {
        model: "churn",
        releases: [{ version: "1.0.0" }, { version: "1.1.0", metrics: [{ name: "accuracy", value: 0.91 }] }],
      },
    ]);
    await play(repo, "mv audit v1.1.0 --format json -o audit.json");
    const file = JSON.parse(repo.read("audit.json")) as typeof data;
    expect(Object.keys(file as object)).toEqual(Object.keys(data as object));
  });

  it("writes Markdown and a page", async () => {
    expect(await screen(repo, "mv audit v1.1.0 --format markdown -o audit.md")).toMatchInlineSnapshot(
      `"audit.md  churn 1.1.0: 5 answered, 21 gaps, 1 not arising"`,
    );
    expect(repo.read("audit.md")).toMatch(/^# Audit\n\nMade .* UTC from commit /);
    await play(repo, "mv audit --all --format html -o audit.html");
    expect(repo.read("audit.html")).toMatch(/^<!doctype html>[^]*Audit of churn, 2 versions[^]*<\/html>\n$/);
  });

  it("ends with 1 where a gap must not be", async () => {
    const { status, stdout } = await run(repo, "mv audit v1.1.0 --strict");
    expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringContaining("churn 1.1.0  v1.1.0")]);
    const { error } = await json(repo, "mv audit v1.1.0 --strict --json");
    expect(error).toMatchObject({ code: "audit-gaps", details: { versions: [{ version: "1.1.0" }] } });
  });

  it("refuses what it does not understand", async () => {
    expect(await screen(repo, "mv audit v1.1.0 --all")).toMatchInlineSnapshot(`
      "! mversion: Give a version, --stage or --all
      ! Next: mv audit v1.0.0
      exit 2"
    `);
    expect(await screen(repo, "mv audit v7.0.0")).toMatchInlineSnapshot(`
      "! mversion: There is no version v7.0.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
    expect(await screen(repo, "mv audit --stage nowhere")).toMatchInlineSnapshot(`
      "! mversion: There is no stage nowhere; there is staging, production
      ! Next: add it to stages in .mversion.yaml: nowhere: {}
      exit 2"
    `);
    expect(await screen(repo, "mv audit --stage production")).toMatchInlineSnapshot(`
      "! mversion: refused: Nothing stands on production
      ! Next: mv promote VERSION production -m WHY
      exit 1"
    `);
    expect((await run(repo, `mv audit v1.1.0 -o ${MODEL}`)).status).toBe(1);
  });

  it("audits what stands on a stage", async () => {
    await play(repo, 'mv promote v1.0.0 production -m "First"', 'mv promote v1.1.0 production --weight 10 -m "Canary"');
    const { data } = await json(repo, "mv audit --stage production --no-hash --json");
    expect(data).toMatchObject({ versions: [{ version: "1.0.0" }, { version: "1.1.0" }] });
  });
});

it("mv audit says that nothing is released", async () => {
  const repo = await sampleProject({ until: "draft" });
  expect(await screen(repo, "mv audit")).toMatchInlineSnapshot(`
    "! mversion: refused: churn has no release yet
    ! Next: mv tag v1.0.0 -m WHY
    exit 1"
  `);
});
