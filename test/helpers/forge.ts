// Release tags that no `mv tag` would make: for what happens when someone pushes one.
import type { TestRepo } from "./git.ts";

/** The message of an annotated tag, payload and all. */
export function tagMessage(repo: TestRepo, tag: string): string {
  const object = repo.git("cat-file", "tag", tag);
  return `${object.slice(object.indexOf("\n\n") + 2)}\n`;
}

/** Makes an annotated tag with this very message, replacing one of that name; returns the oid of the tag object. */
export function forgeTag(repo: TestRepo, tag: string, message: string, target = "HEAD"): string {
  repo.gitWith({ input: message }, "tag", "-f", "-a", "--cleanup=verbatim", "-F", "-", tag, `${target}^{commit}`);
  return repo.git("rev-parse", `refs/tags/${tag}`);
}
