import { assert, property, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAssignmentMessage } from "../../../src/model/assignment.ts";
import {
  formatApprovalMessage,
  formatApprovalTag,
  formatConfirmationMessage,
  formatConfirmationTag,
  parseEvent,
  readEventName,
} from "../../../src/model/events.ts";

const [COMMIT, A, B, OID] = ["c", "a", "b", "0"].map((digit) => digit.repeat(40)) as [string, string, string, string];

function tagObject(tag: string, message: string, type = "commit"): Buffer {
  return Buffer.from(
    `object ${COMMIT}\ntype ${type}\ntag ${tag}\ntagger Ada <ada@example.org> 1771668000 +0100\n\n${message}`,
  );
}

const canary = {
  model: "churn",
  stage: "production",
  number: 7,
  baseline: "1.1.0",
  rollout: [
    { version: "1.1.0", tag: A, weight: 90 },
    { version: "1.2.0", tag: B, weight: 10 },
  ],
  rollout_id: "churn#production#7",
  seal: { assignment: "churn#production#6", tag: B },
  returns: null,
  reason: "Canary, ticket 4711",
};
const tagger = { name: "Ada", email: "ada@example.org", date: 1771668000, zone: "+0100" };
const NAME = "churn#production#7";

describe("an assignment", () => {
  it("is the text of walkthrough E", () => {
    expect(formatAssignmentMessage(canary)).toMatchInlineSnapshot(`
      "churn 1.1.0 90 %, 1.2.0 10 % on production

      Canary, ticket 4711

      ---
      mversion: 1
      event: assign
      model: churn
      stage: production
      number: 7
      baseline: 1.1.0
      rollout:
        - {version: 1.1.0, tag: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", weight: 90}
        - {version: 1.2.0, tag: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", weight: 10}
      seal: {assignment: "churn#production#6", tag: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}
      "
    `);
  });

  it("comes back from its tag as it was", () => {
    expect(parseEvent(tagObject(NAME, formatAssignmentMessage(canary)), OID, NAME)).toEqual({
      kind: "assign",
      event: { ...canary, tag: NAME, oid: OID, commit: COMMIT, tagger, signed: false },
    });
  });

  it("keeps any reason, and the state that a rollback brings back", () => {
    const text = string({ unit: "grapheme", maxLength: 200 }).map((reason) => `x${reason}x`.replaceAll("\0", ""));
    assert(
      property(text, (reason) => {
        const returns = { assignment: "churn#production#4", tag: A };
        const message = formatAssignmentMessage({ ...canary, reason, returns });
        expect(parseEvent(tagObject(NAME, message), OID, NAME)).toMatchObject({ event: { reason, returns } });
      }),
    );
  });

  it("keeps the id of an experiment that goes on, and slots that are not in order", () => {
    const rollout = [
      { version: "1.1.0", tag: A, weight: 70, slots: [[0, 69]] as const },
      { version: "1.2.0", tag: B, weight: 10, slots: [[80, 89]] as const },
      {
        version: "1.3.0",
        tag: OID,
        weight: 20,
        slots: [
          [70, 79],
          [90, 99],
        ] as const,
      },
    ];
    const message = formatAssignmentMessage({ ...canary, rollout, rollout_id: "churn#production#5" });
    expect(message).toContain('weight: 20, slots: [[70, 79], [90, 99]]}\nrollout_id: "churn#production#5"\n');
    expect(parseEvent(tagObject(NAME, message), OID, NAME)).toMatchObject({
      event: { rollout, rollout_id: "churn#production#5" },
    });
    const twice = message.replace("[80, 89]", "[81, 90]");
    expect(parseEvent(tagObject(NAME, twice), OID, NAME)).toMatchObject({ kind: "broken" });
    const odd = message.replace("[80, 89]", "[80]");
    expect(parseEvent(tagObject(NAME, odd), OID, NAME)).toMatchObject({ kind: "broken" });
  });

  it.each([
    ["weights of 99 together", { rollout: [{ version: "1.1.0", tag: A, weight: 99 }] }, "the weights make 99"],
    ["a version twice", { rollout: [canary.rollout[0], { version: "1.1.0", tag: B, weight: 10 }] }, "twice"],
    ["the id of a later experiment", { rollout_id: "churn#production#8" }, "an earlier one of the stage"],
    ["the id of another stage", { rollout_id: "churn#staging#1" }, "an earlier one of the stage"],
    ["a baseline that does not run", { baseline: "1.0.0" }, "none of the rollout"],
    ["another number than its name", { number: 8 }, "something else than its name"],
    [
      "another stage than its name",
      { stage: "staging", rollout_id: "churn#staging#7" },
      "something else than its name",
    ],
    ["a stage that no tag can have", { stage: "../x" }, "stage"],
  ])("with %s is broken", (_, change, why) => {
    const message = formatAssignmentMessage({ ...canary, ...change } as typeof canary);
    const reading = parseEvent(tagObject(NAME, message), OID, NAME);
    expect(reading).toMatchObject({ kind: "broken" });
    expect(JSON.stringify(reading)).toContain(why);
  });

  it("is broken under another name, on a tree, and by a payload of a later schema", () => {
    const message = formatAssignmentMessage(canary);
    expect(parseEvent(tagObject(NAME, message), OID, "churn#production#9")).toMatchObject({ kind: "broken" });
    expect(parseEvent(tagObject(NAME, message, "tree"), OID, NAME)).toMatchObject({ kind: "broken" });
    const later = message.replace("mversion: 1", "mversion: 2");
    expect(parseEvent(tagObject(NAME, later), OID, NAME)).toMatchObject({ kind: "broken" });
  });
});

describe("an approval and a confirmation", () => {
  const meant = { model: "churn", stage: "production", version: "1.2.0+gpu", release: A };

  it("come back from their tags as they were", () => {
    const approval = { ...meant, reason: "Bias report read" };
    const name = formatApprovalTag(meant, 2);
    expect(name).toBe("approved/churn/production/1.2.0+gpu/2");
    expect(parseEvent(tagObject(name, formatApprovalMessage(approval)), OID, name)).toEqual({
      kind: "approve",
      event: { ...approval, tag: name, oid: OID, commit: COMMIT, tagger, signed: false },
    });
    const confirmation = { ...meant, assignment: canary.seal, source: "deploy 42", reason: "" };
    const tag = formatConfirmationTag(meant, 4);
    expect(tag).toBe("confirmed/churn/production/4");
    expect(parseEvent(tagObject(tag, formatConfirmationMessage(confirmation)), OID, tag)).toEqual({
      kind: "confirm",
      event: { ...confirmation, tag, oid: OID, commit: COMMIT, tagger, signed: false },
    });
  });

  it("are broken under the name of another version", () => {
    const message = formatApprovalMessage({ ...meant, reason: "why" });
    const name = "approved/churn/production/1.3.0/1";
    expect(parseEvent(tagObject(name, message), OID, name)).toMatchObject({ kind: "broken" });
  });
});

describe("the name of a tag", () => {
  it.each([
    ["churn#production#7", { kind: "assign", model: "churn", stage: "production", number: 7, leaves: false }],
    ["churn#prod", { kind: "assign", model: "churn", stage: "prod", number: 0, leaves: false }],
    ["churn#prod!#8", { kind: "assign", model: "churn", stage: "prod", number: 8, leaves: true }],
    ["approved/churn/production/1.2.0/1", { kind: "approve", version: "1.2.0", number: 1 }],
    ["confirmed/churn/production/1", { kind: "confirm", number: 1 }],
  ])("%s is an event's", (tag, name) => {
    expect(readEventName(tag)).toMatchObject(name);
  });

  it.each(["v1.2.0", "churn@v1.2.0", "v1.2.0#retracted", "churn#production#07", "churn#production#7#8", "a/b#prod#1"])(
    "%s is not",
    (tag) => expect(readEventName(tag)).toBeNull(),
  );
  it.each(["approved/churn/production/v1/1", "approved/churn/production/1.2.0", "confirmed/churn/1", "confirmed/x"])(
    "%s is not",
    (tag) => expect(readEventName(tag)).toBeNull(),
  );
});

it("never throws on bytes that are no tag of ours", () => {
  assert(
    property(uint8Array({ maxLength: 300 }), string(), (bytes, name) => {
      parseEvent(bytes, OID, name);
      readEventName(name);
    }),
  );
});
