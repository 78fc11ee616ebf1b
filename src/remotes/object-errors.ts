// What may be wrong with one object, on the other side or here. Every remote says it in the same words.
import { MvError } from "../errors.ts";
import type { ObjectRef, Transfer } from "./remote.ts";

/** The remote of that name has no such object. */
export function missing(remote: string, { sha256 }: Pick<ObjectRef, "sha256">, words = ""): MvError {
  const why = words === "" ? "" : `: ${words}`;
  return new MvError("object-missing", `${remote} has no object ${sha256.slice(0, 12)}${why}`, {
    hint: "mv push where it was added",
    details: { remote, sha256 },
  });
}

/** What the remote has under the object's name is of another size. */
export function wrongSize(
  remote: string,
  { sha256, size }: ObjectRef,
  hint = "mv push where the bytes are, which heals it",
): MvError {
  return new MvError("bytes-wrong", `${remote}: object ${sha256.slice(0, 12)} does not have its ${size} bytes`, {
    hint,
    details: { remote, sha256 },
  });
}

/** The local file does not hold the bytes of the object that is to be sent. */
export function wrongBytes({ file, sha256 }: Transfer): MvError {
  return new MvError("bytes-wrong", `${file} does not hold the bytes of object ${sha256.slice(0, 12)}`, {
    hint: "mv verify",
    details: { sha256, path: file },
  });
}
