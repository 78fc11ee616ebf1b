// Whose signatures the tags of an audit have. Where nobody can say who may sign, that is the answer, not the end of the audit.
import { isMvError } from "../../errors.ts";
import type { Project } from "../project.ts";
import { checkSignatures, readSigners } from "../trust/signature.ts";
import type { SignatureFact } from "./facts.ts";

/** By the oid of a tag object. `allowedSigners` as `readSigners` takes it, whose errors then end the audit. */
export async function readSignatures(
  project: Project,
  oids: readonly string[],
  allowedSigners: string | undefined,
): Promise<(oid: string) => SignatureFact> {
  try {
    const checks = await checkSignatures(project, oids, await readSigners(project, allowedSigners));
    return (oid) => {
      const check = checks.get(oid);
      return check ? { check, why: null } : { check: null, why: "the tag object is not here" };
    };
  } catch (error) {
    if (!isMvError(error) || allowedSigners !== undefined) throw error;
    return () => ({ check: null, why: error.message });
  }
}
