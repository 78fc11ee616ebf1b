// The user's credential helpers, as Git asks them (gitcredentials(7)). What they give is never kept and never printed.
import { isMvError, MvError } from "../errors.ts";
import { run } from "./spawn.ts";

export type CredentialVerb = "fill" | "approve" | "reject";

/** Environment in which no helper asks a person. Empty, because askpass programs ask too. */
const QUIET = { GIT_TERMINAL_PROMPT: "0", GCM_INTERACTIVE: "never", GIT_ASKPASS: "", SSH_ASKPASS: "" };

/**
 * `git credential VERB`: what the helpers, and with `ask` a person at a terminal, have for these fields. Null where nobody has
 * anything, and for the other verbs. Throws MvError usage for a value with a line end, which would be a field of its own.
 */
export async function credential(
  cwd: string,
  verb: CredentialVerb,
  fields: Readonly<Record<string, string>>,
  ask: boolean,
): Promise<Record<string, string> | null> {
  const input = Object.entries(fields).map(([name, value]) => {
    if (/[\n\r\0]/.test(value) || !/^[\w[\]]+$/.test(name))
      throw new MvError("usage", `a credential's ${name} is no text`);
    return `${name}=${value}\n`;
  });
  try {
    const env = ask ? {} : QUIET;
    const { status, stdout } = await run({ cwd, args: ["credential", verb], input: `${input.join("")}\n`, env });
    return verb === "fill" && status === 0 ? parse(stdout.toString("utf8")) : null;
  } catch (error) {
    // No git program, no helpers.
    if (isMvError(error) && error.code === "git-needed") return null;
    throw error;
  }
}

function parse(text: string): Record<string, string> {
  const found = Object.create(null) as Record<string, string>;
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) found[line.slice(0, at)] = line.slice(at + 1);
  }
  return found;
}
