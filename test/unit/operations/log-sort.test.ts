import { describe, expect, it } from "vitest";
import { numberText, type ValueMap } from "../../../src/model/value.ts";
import { sortByMetric } from "../../../src/operations/log/sort.ts";

const METRICS: Record<string, ValueMap> = {
  "1.0.0": { accuracy: numberText("0.89"), loss: numberText("0.4") },
  "1.1.0": { accuracy: numberText("0.91"), loss: numberText("0.5"), test: { auc: numberText("0.7") } },
  "1.2.0": { note: "not measured" },
  "1.3.0": { accuracy: numberText("0.9"), loss: numberText("-1e-3") },
};

const releases = Object.entries(METRICS).map(([version, metrics]) => ({ version, metrics }));
const order = (metric: string, rules = {}): string[] =>
  sortByMetric(releases, metric, rules).list.map((release) => release.version);

describe("sortByMetric", () => {
  it("puts the highest first, and releases without the metric last", () => {
    expect(order("accuracy")).toEqual(["1.1.0", "1.3.0", "1.0.0", "1.2.0"]);
  });

  it("puts the lowest first where the policy says that lower is better", () => {
    expect(order("loss", { loss: { better: "lower" } })).toEqual(["1.3.0", "1.0.0", "1.1.0", "1.2.0"]);
  });

  it("takes what is no finite number for the best of nothing", () => {
    const diverged = ["0.4", ".nan", ".inf", "-.inf", "0.3"].map((loss) => ({ metrics: { loss: numberText(loss) } }));
    for (const better of ["higher", "lower"] as const) {
      const { list } = sortByMetric(diverged, "loss", { loss: { better } });
      expect(list.map(({ metrics }) => metrics.loss.text).slice(2)).toEqual([".nan", ".inf", "-.inf"]);
    }
  });

  it("finds nested metrics, and takes the word with or without metrics.", () => {
    expect(order("test.auc")[0]).toBe("1.1.0");
    expect(order("metrics.accuracy")[0]).toBe("1.1.0");
  });

  it("says whether the policy stated the direction", () => {
    expect(sortByMetric(releases, "loss", {}).order).toEqual({
      metric: "loss",
      better: "higher",
      stated: false,
    });
    expect(sortByMetric(releases, "loss", { loss: { better: "higher" } }).order.stated).toBe(true);
  });

  it("names the metrics there are where none of that name is", () => {
    expect(() => order("acuracy")).toThrow(
      expect.objectContaining({ code: "nothing-found", hint: "mv log --sort accuracy" }),
    );
    expect(() => order("note")).toThrow(expect.objectContaining({ code: "nothing-found" }));
    expect(() => order("constructor", { constructor: {} })).toThrow(expect.objectContaining({ code: "nothing-found" }));
  });
});
