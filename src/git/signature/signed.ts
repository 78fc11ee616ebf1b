// A tag object cut into what is signed and the signature, where Git cuts it (gpg-interface.c, parse_signed_buffer): the last
// line that begins a signature.

export interface Signed {
  kind: "ssh" | "gpg" | "x509";
  /** The bytes that the signature is over. */
  payload: Buffer;
  signature: Buffer;
  /** False where the signature is not one armoured block up to the last byte: then the tag says more than was signed. */
  whole: boolean;
}

const BEGIN = /^-----BEGIN (SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----/gm;
const BLOCK = /^-----BEGIN ([A-Z ]+)-----\n(?:(?!-----)[^\n]*\n)+-----END \1-----\n?$/;

/** Null where no line begins a signature. */
export function takeSigned(raw: Uint8Array): Signed | null {
  const text = Buffer.from(raw).toString("latin1");
  const begin = [...text.matchAll(BEGIN)].at(-1);
  if (begin === undefined) return null;
  const signature = text.slice(begin.index).replaceAll("\r\n", "\n");
  const [, name = ""] = begin;
  return {
    kind: name.startsWith("SSH") ? "ssh" : name.startsWith("PGP") ? "gpg" : "x509",
    payload: Buffer.from(withoutSignatureHeaders(text.slice(0, begin.index)), "latin1"),
    signature: Buffer.from(signature, "latin1"),
    whole: BLOCK.test(signature),
  };
}

/** In a repository of two object formats the signature over the other format's bytes stands in the header. */
function withoutSignatureHeaders(text: string): string {
  const end = text.indexOf("\n\n");
  const header = text.slice(0, end + 1).replace(/^gpgsig(?:-sha256)? .*\n(?: .*\n)*/gm, "");
  return header + text.slice(end + 1);
}
