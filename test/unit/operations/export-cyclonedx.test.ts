import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { describe, expect, it } from "vitest";
import { cyclonedxText } from "../../../src/operations/export/cyclonedx.ts";
import { bareDocument, FULL, HOSTILE, release, sampleDocument } from "./export-samples.ts";

const strict = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

describe("the bill of materials", () => {
  it.each([
    ["with everything", sampleDocument()],
    ["with nothing but what every release has", bareDocument()],
    ["of hostile texts", sampleDocument(FULL.replace("Under 18", JSON.stringify(HOSTILE.join(" "))))],
    ["of a retracted release", { ...sampleDocument(), retraction: retracted() }],
  ])("%s is taken by the strict validator", async (_, document) => {
    expect(await strict.validate(cyclonedxText(document))).toBeNull();
  });

  it("is not taken with a key that the format does not have", async () => {
    const bom = JSON.parse(cyclonedxText(sampleDocument())) as { metadata: { component: { modelCard: object } } };
    Object.assign(bom.metadata.component.modelCard, { purpose: "x" });
    expect(await strict.validate(JSON.stringify(bom))).not.toBeNull();
  });

  it("names the release by its tag, and again once it is retracted", () => {
    const bom = parsed(cyclonedxText(sampleDocument()));
    expect(bom).toMatchObject({
      serialNumber: "urn:uuid:aaaaaaaa-aaaa-8aaa-8aaa-aaaaaaaaaaaa",
      version: 1,
      metadata: { timestamp: "2026-02-21T10:00:00Z", component: { name: "churn", version: "1.2.0" } },
    });
    expect(parsed(cyclonedxText({ ...sampleDocument(), retraction: retracted() }))).toMatchObject({ version: 2 });
  });

  it("gives a file's hash as such, and a folder's as that of its manifest", () => {
    const { components } = parsed(cyclonedxText(sampleDocument()));
    expect(components.slice(0, 2)).toMatchObject([
      { name: "models/model.onnx", hashes: [{ alg: "SHA-256", content: release.artifacts[0]?.sha256 }] },
      {
        name: "models/tokenizer",
        properties: [{ value: "directory" }, { value: "18" }, { name: "mversion:manifest_sha256" }],
      },
    ]);
    expect(components[1]).not.toHaveProperty("hashes");
  });

  it("keeps numbers as they were written", () => {
    const { component } = parsed(cyclonedxText(sampleDocument())).metadata;
    expect(component.modelCard.quantitativeAnalysis.performanceMetrics).toEqual([
      { type: "accuracy", value: "0.90", confidenceInterval: { lowerBound: "0.89", upperBound: "0.93" } },
      { type: "f1", value: "1e-1" },
      { type: "accuracy", value: "0.88", slice: "north" },
    ]);
  });

  it("gives as a license id only what SPDX has", () => {
    const licenses = (license: string): unknown =>
      parsed(cyclonedxText(sampleDocument(FULL.replace("apache-2.0", license)))).metadata.component.licenses;
    expect(licenses("apache-2.0")).toEqual([{ license: { id: "Apache-2.0" } }]);
    expect(licenses("Ours only")).toEqual([{ license: { name: "Ours only" } }]);
  });
});

interface Bom {
  components: { name: string }[];
  metadata: {
    component: { licenses: unknown; modelCard: { quantitativeAnalysis: { performanceMetrics: unknown } } };
  };
}

function parsed(text: string): Bom {
  return JSON.parse(text) as Bom;
}

function retracted(): NonNullable<ReturnType<typeof sampleDocument>["retraction"]> {
  const { model, version, oid } = release;
  return {
    model,
    version,
    release: oid,
    reason: "Leaked labels",
    tag: "v1.2.0#retracted",
    oid,
    date: 0,
    zone: "+0000",
  };
}
