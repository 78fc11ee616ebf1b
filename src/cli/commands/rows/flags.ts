// Flags that several commands take.
import type { Flag } from "../../command.ts";

export const MODEL: Flag = { flags: "--model <name>", text: "the model that is meant, where there are several" };
export const MODELS: Flag = { ...MODEL, text: "a model that the file belongs to (repeatable)", repeat: true };
export const REASON: Flag = { flags: "-m, --message <why>", text: "the reason, in your words" };
export const STORE: Flag = { flags: "--remote <name>", text: "this store instead of the default one" };
export const JOBS: Flag = {
  flags: "--jobs <number>",
  text: "how many objects at once; default: git config mversion.jobs, else 8",
};
