import { MvError } from "../../errors.ts";
import { hooksInstall, hooksReport, hooksUninstall } from "../../operations/hooks.ts";
import type { CommandRun } from "../command.ts";
import { programPath } from "../program-path.ts";
import { installedView, removedView, reportView } from "../views/hooks.ts";

export const run: CommandRun = async (context, [action = ""]) => {
  const around = { cwd: context.cwd, env: context.env };
  switch (action) {
    case "install": {
      const result = await hooksInstall(around, programPath());
      return { data: result, ...installedView(result) };
    }
    case "uninstall": {
      const result = await hooksUninstall(around);
      return { data: result, ...removedView(result) };
    }
    case "status": {
      const result = await hooksReport(around);
      return { data: result, ...reportView(result) };
    }
    default:
      throw new MvError("usage", `mv hooks ${action}: there is install, uninstall and status`, {
        hint: "mv hooks install",
      });
  }
};
