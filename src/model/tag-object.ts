// The raw bytes of an annotated tag, taken apart: header, message, payload, signature; not what a payload means.
// Foreign and hostile tags are normal here: what is no tag with a payload is null, and nothing throws.

/** A tag object larger than this is not read, and none so large is written. */
export const TAG_MAX_BYTES = 1 << 20;

export interface Tagger {
  name: string;
  email: string;
  /** Seconds since 1970. */
  date: number;
  /** As Git writes it: +0100. */
  zone: string;
}

/** What every annotated tag says, ours or not. */
export interface TagHeader {
  /** The short name that the object gives itself. */
  tag: string;
  /** The oid it points at, and the type of that object. */
  target: string;
  targetType: string;
  tagger: Tagger | null;
}

export interface TagObject extends TagHeader {
  /** The message before the payload's `---` line, exactly as stored. */
  message: string;
  /** The text after the last line that is exactly `---`, without a signature. */
  payload: string;
  signed: boolean;
}

const FENCE = "---\n";
const SIGNATURE = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/gm;

/** Takes a tag object apart, or null where it is none, is too large, or has no line that is exactly `---`. */
export function readTagObject(raw: Uint8Array): TagObject | null {
  if (raw.length > TAG_MAX_BYTES) return null;
  // One character per byte: positions are bytes, and no byte is lost before it is known where the text ends.
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("latin1");
  const headerEnd = text.indexOf("\n\n");
  const header = headerEnd < 0 ? null : readHeader(text.slice(0, headerEnd));
  if (header === null) return null;
  const body = text.slice(headerEnd + 2);

  // The payload has no such line, nor has a signature, which follows it in base64: so a reason may hold anything.
  const fence = body.lastIndexOf(`\n${FENCE}`) + 1;
  if (!body.startsWith(FENCE, fence)) return null;
  const after = body.slice(fence + FENCE.length);
  const signature = [...after.matchAll(SIGNATURE)].at(-1)?.index;
  return {
    tag: header.tag,
    target: header.target,
    targetType: header.targetType,
    tagger: header.tagger,
    message: decode(body.slice(0, fence)),
    payload: decode(after.slice(0, signature)),
    signed: signature !== undefined || header.signed,
  };
}

/** An annotated tag that needs no payload: another tool's. Its message is all that follows the header, a signature too. */
export function readForeignTag(raw: Uint8Array): (TagHeader & { message: string }) | null {
  if (raw.length > TAG_MAX_BYTES) return null;
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("latin1");
  const end = text.indexOf("\n\n");
  const header = readHeader(end < 0 ? text.trimEnd() : text.slice(0, end));
  return header && { ...header, message: end < 0 ? "" : decode(text.slice(end + 2)) };
}

interface Header extends TagHeader, Pick<TagObject, "signed"> {}

/** Git writes object, type, tag and tagger in this order; what follows (gpgsig-sha256 and its indented lines) is not ours. */
function readHeader(text: string): Header | null {
  const [object = "", type = "", tag = "", tagger = "", ...more] = text.split("\n");
  const target = /^object ([0-9a-f]{40}|[0-9a-f]{64})$/.exec(object)?.[1];
  const targetType = /^type ([a-z]+)$/.exec(type)?.[1];
  if (target === undefined || targetType === undefined || !tag.startsWith("tag ")) return null;
  return {
    target,
    targetType,
    tag: decode(tag.slice("tag ".length)),
    tagger: readTagger(tagger),
    signed: [tagger, ...more].some((line) => /^gpgsig(?:-sha256)? /.test(line)),
  };
}

function readTagger(line: string): Tagger | null {
  const [, name = "", email = "", date, zone] = /^tagger (?:(.*) )?<(.*)> (\d{1,12}) ([-+]\d{4})$/.exec(line) ?? [];
  if (date === undefined || zone === undefined) return null;
  return { name: decode(name), email: decode(email), date: Number(date), zone };
}

/** What is not UTF-8 becomes U+FFFD, which parseYaml refuses in a payload. */
function decode(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
