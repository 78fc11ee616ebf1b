import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import type { CommandRun } from "../command.ts";
import { programPath } from "../program-path.ts";
import { rows } from "./index.ts";

const SHELLS = ["bash", "zsh", "fish"];

export const run: CommandRun = async (_context, [shell = ""]) => {
  if (!SHELLS.includes(shell)) {
    throw new MvError("usage", `mv completion ${shell}: there is ${SHELLS.join(", ")}`, {
      hint: 'eval "$(mversion completion bash)", in ~/.bashrc',
    });
  }
  const template = await readFile(join(programPath(), "..", "..", "templates", "completion", shell), "utf8");
  const verbs = rows.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const script = template.replaceAll("{{verbs}}", [...verbs, "help"].join(" ")).trimEnd();
  return { data: { shell, script }, out: script };
};
