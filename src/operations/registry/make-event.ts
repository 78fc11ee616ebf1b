// The tag of one event, and what to say where it cannot be made.
import { isMvError, MvError } from "../../errors.ts";
import type { NewTag } from "../../git/git.ts";
import type { Project } from "../project.ts";

export interface Making {
  /** Sign it whatever Git's config says; false leaves it to that. */
  signed: boolean;
  /** "Nothing was assigned" */
  failed: string;
  /** What to type again. */
  again: string;
}

/** Makes the tag and returns its oid. Fails with race where the name is taken, commit-failed where a hook or the signing fails. */
export async function makeEvent(project: Project, tag: NewTag, { signed, failed, again }: Making): Promise<string> {
  try {
    const [made] = await project.git.createTags([tag], signed ? { sign: true } : {});
    return made?.oid ?? "";
  } catch (error) {
    if (!isMvError(error)) throw error;
    if (error.code === "version-exists") {
      throw new MvError("race", `Somebody else was first: ${error.message}`, { hint: again, details: error.details });
    }
    if (error.code !== "commit-failed") throw error;
    const isOfKey = /\b(?:sign|signing|key|gpg)\b/i.test(error.message);
    const where = isOfKey ? "git config user.signingKey and gpg.format say what Git signs with; " : "";
    throw new MvError("commit-failed", `${failed}: ${error.message}`, {
      hint: `${where}put that right, then: ${again}`,
      details: error.details,
      cause: error,
    });
  }
}
