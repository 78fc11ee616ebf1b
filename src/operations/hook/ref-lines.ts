// The lines that Git gives pre-push and pre-receive on standard input. Pure.

export interface RefUpdate {
  /** Full name on the receiving side. */
  ref: string;
  /** The receiver's object before; null where it has none. */
  from: string | null;
  /** What it shall be; null where it shall go. */
  to: string | null;
}

const ZEROS = /^0+$/;
const some = (oid: string | undefined): string | null => (oid === undefined || ZEROS.test(oid) ? null : oid);

/** pre-push: `<local ref> <local oid> <remote ref> <remote oid>`. */
export function readPushLines(text: string): RefUpdate[] {
  return lines(text).map((line) => {
    const [from, ref, to] = line.split(" ").toReversed();
    return { ref: ref ?? "", from: some(from), to: some(to) };
  });
}

/** pre-receive: `<old oid> <new oid> <ref>`. */
export function readReceiveLines(text: string): RefUpdate[] {
  return lines(text).map((line) => {
    const [from, to, ref] = line.split(" ");
    return { ref: ref ?? "", from: some(from), to: some(to) };
  });
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The short name of a tag's ref; null for any other ref. */
export function tagOf(ref: string): string | null {
  return ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : null;
}
