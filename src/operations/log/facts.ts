// What the records of releases say, as far as a list of releases shows it.
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { isMap, type Value, type ValueMap } from "../../model/value.ts";
import type { Project } from "../project.ts";
import { readReleasedRecords } from "../released-records.ts";
import type { Facts } from "./changes.ts";

/** By the oid of the tag, in one `cat-file`; null where the commit has no record that is the sealed one. */
export async function readFacts(project: Project, releases: readonly Release[]): Promise<Map<string, Facts | null>> {
  const records = await readReleasedRecords(project, releases);
  return new Map([...records].map(([oid, record]) => [oid, record && factsOf(record)]));
}

function factsOf({ fields }: ModelRecord): Facts {
  const features = fields["features"];
  return {
    metrics: mapOf(fields["metrics"]),
    hyperparameters: mapOf(fields["hyperparameters"]),
    features: Array.isArray(features) ? (features as readonly Value[]) : [],
  };
}

function mapOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}
