import * as fc from "fast-check";
import { expect, it } from "vitest";
import { freezeChain, thawChain } from "../../../src/operations/registry/frozen.ts";
import type { Standing } from "../../../src/operations/registry.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const oid = fc.integer({ min: 0, max: 999 }).map((number) => String(number).padStart(40, "0"));
const ref = fc.record({ assignment: text, tag: oid });
const standing = fc.record({
  baseline: fc.constantFrom("1.0.0", "1.1.0"),
  rollout: fc.array(fc.record({ version: fc.constantFrom("1.0.0", "1.1.0"), tag: oid, weight: fc.nat(100) }), {
    minLength: 1,
    maxLength: 3,
  }),
  commit: oid,
  tagger: fc.record({ name: text, email: text, date: fc.nat(), zone: fc.constantFrom("+0000", "-0530") }),
  reason: text,
  signed: fc.boolean(),
  rollout_id: fc.option(text, { nil: undefined }),
  seal: fc.oneof(fc.constant("before" as const), fc.constant(null), ref),
  returns: fc.option(ref),
});

it("gives back every assignment that it takes", () => {
  fc.assert(
    fc.property(fc.array(standing, { maxLength: 20 }), (list) => {
      const chain: Standing[] = [];
      for (const [at, { seal, rollout_id, ...said }] of list.entries()) {
        const number = at + 1;
        const tag = `churn#production#${number}`;
        const before = chain.at(-1);
        const sealed = seal === "before" ? (before ? { assignment: before.tag, tag: before.oid } : null) : seal;
        const named = { model: "churn", stage: "production", number, tag, oid: String(number).padStart(40, "f") };
        chain.push({ ...named, by: "mversion", ...said, rollout_id: rollout_id ?? tag, seal: sealed });
      }
      const kept = JSON.parse(JSON.stringify(freezeChain(chain))) as ReturnType<typeof freezeChain>;
      const entries = chain.map((item) => ({ ...item, leaves: false, annotated: true })).toReversed();
      expect(thawChain(kept, entries)).toEqual(chain.toReversed());
      // A tag that holds another object by now is read again.
      const moved = entries.map((entry, at) => (at === 0 ? { ...entry, oid: "0" } : entry));
      expect(thawChain(kept, moved)).toEqual(chain.toReversed().map((item, at) => (at === 0 ? null : item)));
    }),
  );
});
