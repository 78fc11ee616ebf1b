// The metadata that the policy requires of a record.
import type { ModelRecord } from "../model/record.ts";
import { isMap, type Value } from "../model/value.ts";

/** The fields of `required` ("metrics.accuracy", "owner") that the record lacks or leaves empty. */
export function missingFields(required: readonly string[], record: ModelRecord): string[] {
  return required.filter((field) => {
    let value: Value | undefined = record.fields;
    for (const key of field.split(".")) value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
  });
}
