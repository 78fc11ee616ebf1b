import { MvError } from "../../errors.ts";
import { get } from "../../operations/get.ts";
import { getVariants } from "../../operations/get/variants.ts";
import type { CommandRun } from "../command.ts";
import { isOn, jobs, text } from "../flags.ts";
import { getView, variantsView } from "../views/get.ts";

export const run: CommandRun = async (context, [source = "", ...words], flags) => {
  const into = text(flags, "output");
  if (into === undefined) {
    throw new MvError("usage", "mv get needs a folder to put the files into", {
      hint: `mv get ${source} ${words.join(" ")} -o DIR`.replace(/ +/g, " "),
    });
  }
  if (source.trim() === "") {
    throw new MvError("usage", "mv get needs a source, and the one that it was given is empty", {
      hint: "mv get https://git.example.org/team/churn.git v1.2.0 -o DIR; in a script, set the variable",
    });
  }
  const [first, ...rest] = words;
  const isPath = first === undefined || /[/*?[]/.test(first);
  const { cwd, env, warn, report } = context;
  const around = { cwd, env, warn, report };
  const input = {
    source,
    into,
    version: isPath ? undefined : first,
    paths: isPath ? words : rest,
    data: isOn(flags, "data"),
    ifChanged: isOn(flags, "ifChanged"),
    force: isOn(flags, "force"),
    allowedSigners: text(flags, "verifySignature"),
    jobs: jobs(flags),
  };
  if (isOn(flags, "variants")) {
    const result = await getVariants(around, input);
    return { data: result, ...variantsView(result, cwd) };
  }
  const result = await get(around, input);
  return { data: result, ...getView(result, cwd) };
};
