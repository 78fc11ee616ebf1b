// Whether tags are signed by whom they must be: the one place that commands and rules of stages ask.
import { checkTagSignatures, type SignatureCheck } from "../../git/signature.ts";
import type { Project } from "../project.ts";
import type { Signers } from "./signers.ts";

export type { SignatureCheck } from "../../git/signature.ts";
export { readSigners, type Signers } from "./signers.ts";

/**
 * Checks the signature of the tag object with this id. Only `good` may count for a rule: signed by its tagger, with a key that
 * `signers` (of `readSigners`) or the keyring gives to that address for the tag's date.
 */
export async function checkSignature(project: Project, oid: string, signers: Signers): Promise<SignatureCheck> {
  const check = (await checkSignatures(project, [oid], signers)).get(oid);
  return check ?? { state: "bad", principal: null, key: null, kind: null, why: "it is not here", expired: false };
}

/** As checkSignature, for many tag objects at a time. */
export async function checkSignatures(
  project: Project,
  oids: readonly string[],
  signers: Signers,
): Promise<Map<string, SignatureCheck>> {
  const objects = await project.git.readObjects(oids);
  const here = [...objects].filter(([, object]) => object.type === "tag");
  const checks = await checkTagSignatures(
    here.map(([, object]) => object.bytes),
    signers,
  );
  return new Map(here.flatMap(([oid], at) => (checks[at] ? [[oid, checks[at]]] : [])));
}
