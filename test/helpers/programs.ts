// Programs that some tests need and a machine with Node and Git alone does not have.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a test has to be left out for want of a program. Never in CI, which installs all of them: there it fails. */
export function isMissing(program: string): boolean {
  if (process.env["CI"] !== undefined) return false;
  return !(process.env["PATH"] ?? "").split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
