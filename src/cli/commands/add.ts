import { MvError } from "../../errors.ts";
import { isDay } from "../../model/day.ts";
import type { Role } from "../../model/pointer.ts";
import { isNumberText, notFinite, type Value, valueOf, type ValueMap } from "../../model/value.ts";
import { add } from "../../operations/add.ts";
import type { Given } from "../../operations/describe.ts";
import { readGivenFiles } from "../../operations/values.ts";
import type { CommandRun, Context, Values } from "../command.ts";
import { isOn, list, pair, pythonPath, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { addView } from "../views/add.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const role = text(flags, "role") as Role | undefined;
  if (isOn(flags, "dataset") && role !== undefined && role !== "dataset") {
    throw new MvError("usage", `--dataset and --role ${role} say different things`, { hint: "give one of them" });
  }
  const toRemote = text(flags, "toRemote");
  if (isOn(flags, "move") && toRemote !== undefined) {
    throw new MvError("usage", "--move brings the bytes into the cache, and --to-remote past it", {
      hint: "give one of them",
    });
  }
  const project = await context.project();
  const models = list(flags, "model");
  const result = await add(project, {
    paths: operands,
    role: isOn(flags, "dataset") ? "dataset" : role,
    ...(models.length > 0 ? { models } : {}),
    given: await given(context, flags),
    keep: isOn(flags, "keep"),
    move: isOn(flags, "move"),
    toRemote,
    python: pythonPath(context.cwd, text(flags, "python")),
  });
  return { data: result, ...addView(result, pathsFrom(project)) };
};

/** Metadata from the command line: files first, single values over them. */
async function given(context: Context, flags: Values): Promise<Given> {
  const result: Given = {};
  const hyperparameters = await values(context, flags, "params", "param");
  const metrics = await values(context, flags, "metrics", "metric");
  if (hyperparameters) result.hyperparameters = hyperparameters;
  if (metrics) result.metrics = metrics;
  const set = text(flags, "featureSet");
  if (set !== undefined) result.feature_set_version = set;
  const date = text(flags, "date");
  if (date !== undefined) {
    if (!isDay(date)) {
      throw new MvError("usage", `--date ${date}: give a day as YYYY-MM-DD`, { hint: "--date 2026-02-09" });
    }
    result.training_date = date;
  }
  const note = text(flags, "note");
  if (note !== undefined) result.note = note;
  return result;
}

async function values(context: Context, flags: Values, files: string, single: string): Promise<ValueMap | undefined> {
  const paths = list(flags, files);
  const pairs = list(flags, single).map((word) => pair(word, `--${single}`));
  const text = single === "metric" ? pairs.find(([, word]) => !isNumberText(measured(word))) : undefined;
  if (text !== undefined) {
    throw new MvError("usage", `--metric ${text.join("=")}: a metric is a number, with a point`, {
      hint: `--metric ${text[0]}=0.91`,
    });
  }
  if (paths.length === 0 && pairs.length === 0) return undefined;
  const fromFiles = await readGivenFiles(context.cwd, paths);
  const read = single === "metric" ? measured : valueOf;
  return { ...fromFiles, ...Object.fromEntries(pairs.map(([key, word]) => [key, read(word)])) };
}

/** A script passes on what Python printed: `nan` and `inf` are measured, too. */
function measured(word: string): Value {
  return notFinite(word) ?? valueOf(word);
}
