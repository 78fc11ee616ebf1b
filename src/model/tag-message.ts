// How the message of every tag of ours is laid out: subject, the user's words, and after a line `---` the payload.
import { MvError } from "../errors.ts";
import { TAG_MAX_BYTES } from "./tag-object.ts";
import type { Value } from "./value.ts";
import { writeYaml } from "./yaml-write.ts";

/** Room for the header and a signature. */
const MESSAGE_MAX_BYTES = TAG_MAX_BYTES - (1 << 16);

/**
 * The message, ending with a newline as a signature is appended to it; an empty reason leaves no gap. Fails with `usage` where
 * Git could store it but no reader would accept its size.
 */
export function messageOf(subject: string, reason: string, payload: Record<string, Value | undefined>): string {
  const message = `${subject}\n\n${reason === "" ? "" : `${reason}\n\n`}---\n${writeYaml(payload)}`;
  if (Buffer.byteLength(message) <= MESSAGE_MAX_BYTES) return message;
  throw new MvError("usage", `The tag of ${subject} would be larger than 1 MiB`, {
    hint: "shorten the reason, or track a folder in place of its files: mv add FOLDER",
  });
}

/** The reason within a message: what `messageOf` put there; of a message by someone else, all but its first line. */
export function reasonOf(message: string, subject: string): string {
  const start = `${subject}\n\n`;
  const rest = message.startsWith(start) ? message.slice(start.length) : message.replace(/^[^\n]*\n*/, "");
  return rest.endsWith("\n\n") ? rest.slice(0, -2) : rest.replace(/\n$/, "");
}
