// Who holds a lock on a store: the person and the process, so that others can say it and know when it has ended.
import type { LockHolder } from "../../model/store-lock.ts";
import { thisProcess } from "../../platform/processes.ts";
import type { Project } from "../project.ts";

export async function thisHolder(project: Project): Promise<LockHolder> {
  const identity = thisProcess();
  const name = printable((await project.git.config("user.name")) ?? project.env["USER"] ?? "somebody");
  return {
    by: `${name}, process ${identity.pid} on ${printable(identity.host)}`,
    ...identity,
    since: project.now().toISOString(),
  };
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "").slice(0, 200);
}
