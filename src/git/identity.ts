// Who Git takes the user for: environment, then config.
import { type Place, ask } from "./spawn.ts";

export async function identity(place: Place): Promise<{ name: string; email: string } | null> {
  const { status, stdout } = await ask(place, ["var", "GIT_COMMITTER_IDENT"]);
  const [, name, email] = /^(.*) ?<(.*)> \d+ [-+]\d{4}\n$/.exec(stdout.toString("utf8")) ?? [];
  return status === 0 && name !== undefined && email !== undefined ? { name: name.trim(), email } : null;
}
