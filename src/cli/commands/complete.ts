import {
  type Suggestion,
  suggestArtifacts,
  suggestModels,
  suggestRemotes,
  suggestStages,
  suggestVersions,
} from "../../operations/suggest.ts";
import type { CommandRun, Context } from "../command.ts";
import { type Kind, wantedAt } from "../completion/wanted.ts";
import { printable } from "../terminal.ts";
import { rows } from "./index.ts";

/** More than a person reads; a shell would ask whether to show them. */
const MOST = 500;
/** A line that asks the shell for its own completion of files. */
const FILES = ":files";

/** For the shells: `word TAB text` a line. Whatever is wrong, the answer is that there is nothing to say. */
export const run: CommandRun = async (context, words) => {
  const wanted = wantedAt(rows, words);
  const current = words.at(-1) ?? "";
  const found: Suggestion[] = [...wanted.candidates];
  for (const kind of wanted.kinds) {
    if (kind !== "files") found.push(...(await suggest(context, kind).catch(() => [])));
  }
  const fitting = found.filter(({ word }) => word.startsWith(current) && word === printable(word)).slice(0, MOST);
  const lines = fitting.map(({ word, text }) => `${word}\t${printable(text)}`);
  if (wanted.kinds.includes("files")) lines.push(FILES);
  return { data: fitting, out: lines.join("\n") };
};

async function suggest(context: Context, kind: Exclude<Kind, "files">): Promise<Suggestion[]> {
  const project = await context.project();
  switch (kind) {
    case "versions":
      return suggestVersions(project);
    case "stages":
      return suggestStages(project);
    case "models":
      return suggestModels(project);
    case "remotes":
      return suggestRemotes(project);
    case "artifacts":
      return suggestArtifacts(project);
  }
}
