// Three-way merge of what a record says beside its bytes.
import { DESCRIPTION_FIELDS, type ModelRecord } from "../../model/record.ts";
import { isMap, sameValue, type Value, type ValueMap } from "../../model/value.ts";

/** Fields that come from the chosen side alone. */
const WITH_BYTES = new Set([...DESCRIPTION_FIELDS, "schema", "model_name"]);

export interface MergedFields {
  /** What has to change in the chosen side's record. */
  patch: Record<string, Value | undefined>;
  /** Fields that both sides changed in different ways. */
  overruled: string[];
}

/** Takes into the chosen record what only the other side changed. Maps are merged key by key. */
export function mergeFields(sides: {
  base: ModelRecord | null;
  chosen: ModelRecord;
  other: ModelRecord | null;
}): MergedFields {
  const result: MergedFields = { patch: {}, overruled: [] };
  if (!sides.other) return result;
  mergeMaps(result, "", sides.base?.fields, sides.chosen.fields, sides.other.fields);
  return result;
}

function mergeMaps(
  result: MergedFields,
  prefix: string,
  base: ValueMap | undefined,
  chosen: ValueMap,
  other: ValueMap,
): void {
  const keys = new Set([...Object.keys(base ?? {}), ...Object.keys(chosen), ...Object.keys(other)]);
  for (const key of keys) {
    if (prefix === "" && WITH_BYTES.has(key)) continue;
    const [before, mine, theirs] = [own(base, key), own(chosen, key), own(other, key)];
    if (sameValue(theirs, before) || sameValue(theirs, mine)) continue;
    const name = `${prefix}${key}`;
    if (isMap(mine) && isMap(theirs) && (before === undefined || isMap(before))) {
      mergeMaps(result, `${name}.`, isMap(before) ? before : undefined, mine, theirs);
    } else if (sameValue(mine, before)) result.patch[name] = theirs;
    else result.overruled.push(name);
  }
}

function own(map: ValueMap | undefined, key: string): Value | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}
