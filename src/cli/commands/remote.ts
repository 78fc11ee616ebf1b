import { MvError } from "../../errors.ts";
import { remoteAdd, remoteList, remoteRemove, remoteTest } from "../../operations/remote.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { addedView, listView, removedView, testView } from "../views/remote.ts";

const USAGE: Readonly<Record<string, string>> = {
  add: "mv remote add NAME URL",
  list: "mv remote list",
  remove: "mv remote remove NAME",
  test: "mv remote test [NAME]",
};

export const run: CommandRun = async (context, [action = "", ...operands], flags) => {
  const usage = Object.hasOwn(USAGE, action) ? USAGE[action] : undefined;
  if (usage === undefined) {
    throw new MvError("usage", `mv remote ${action}: there is add, list, remove and test`, { hint: "mv remote list" });
  }
  const most = usage.split(" ").length - 3;
  const least = usage.includes("[") ? 0 : most;
  if (operands.length < least || operands.length > most) {
    throw new MvError("usage", `mv remote ${action} takes ${words(action)}`, { hint: usage });
  }
  const project = await context.project();
  const [name = "", url = ""] = operands;
  switch (action) {
    case "add": {
      const result = await remoteAdd(project, {
        name,
        url,
        default: isOn(flags, "default"),
        endpoint: text(flags, "endpoint"),
        region: text(flags, "region"),
        pathStyle: isOn(flags, "pathStyle"),
      });
      return { data: result, ...addedView(result) };
    }
    case "remove": {
      const result = await remoteRemove(project, name);
      return { data: result, ...removedView(result) };
    }
    case "test": {
      const result = await remoteTest(project, operands[0] ?? null);
      return { data: result, ...testView(result), exit: result.passed ? 0 : 12 };
    }
    default: {
      const result = remoteList(project);
      return { data: result, ...listView(result) };
    }
  }
};

function words(action: string): string {
  return action === "add" ? "a name and an address" : action === "list" ? "no name" : "one name";
}
