// The pointer: the small YAML file that is committed in an artifact's place.
import { isSha, type Artifact, type Sha } from "./content.ts";
import {
  keepSpelling,
  optionalText,
  problem,
  requireSchema,
  requiredCount,
  requiredSha,
  requiredText,
  requiredWord,
  valueAt,
} from "./fields.ts";
import { checkPath, POINTER_SUFFIX } from "./paths.ts";
import { checkUrl } from "./url.ts";
import { numberText, type Value, type ValueMap, valueOf } from "./value.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";
import { editYaml } from "./yaml-edit.ts";
import { writeYaml } from "./yaml-write.ts";

const ROLES = ["model", "dataset", "evaluation", "other"] as const;
const KINDS = ["file", "directory", "external"] as const satisfies readonly Artifact["kind"][];
const SYSTEMS = ["s3", "delta", "iceberg", "lakefs", "hf", "url", "other"] as const;

export type Role = (typeof ROLES)[number];

export interface Pointer {
  schema: 1;
  /** The artifact's name, beside the pointer: one segment. */
  path: string;
  kind: Artifact["kind"];
  role: Role;
  /** Of the file; of the manifest of a folder; of what is known of an external dataset. */
  sha256: Sha;
  /** Fingerprint of a file, 16 hex digits. */
  xxh64?: string;
  /** Bytes in all. */
  size: number;
  /** Of a folder: how many files and links it holds. */
  files?: number;
  /** Of a file that has the executable bit. */
  executable?: true;
  /** The next four: of an external dataset. */
  uri?: string;
  system?: string;
  /** Table version, commit, version id. */
  id?: string;
  /** SHA-256 over the system's own listing. */
  listing?: string;
  /** Keys that this version does not know. */
  extra: ValueMap;
}

/** In the order in which they are written. */
export const POINTER_KEYS = [
  "schema",
  "path",
  "kind",
  "role",
  "sha256",
  "xxh64",
  "size",
  "files",
  "executable",
  "uri",
  "system",
  "id",
  "listing",
] as const;

/** Keys that only one kind of pointer has. */
const KIND_OF: Readonly<Record<string, Artifact["kind"]>> = {
  xxh64: "file",
  executable: "file",
  files: "directory",
  uri: "external",
  system: "external",
  id: "external",
  listing: "external",
};

export const POINTER_MAX_BYTES = 64 * 1024;

/** Reads a pointer that may be hostile. `file` is its path. Throws MvError invalid-file. */
export function parsePointer(text: string, file: string): Pointer {
  return readLayout(text, file) ?? readYaml(text, file);
}

/** What formatPointer writes, of a file or folder whose name needs no quotation marks. */
const LAYOUT = new RegExp(
  [
    "^schema: 1\\n",
    "path: (?<path>[A-Za-z_][\\w-]*(?:\\.[\\w-]+)*)\\n",
    "kind: (?<kind>file|directory)\\n",
    "role: (?<role>model|dataset|evaluation|other)\\n",
    'sha256: "(?<sha256>[0-9a-f]{64})"\\n',
    '(?:xxh64: "(?<xxh64>[0-9a-f]{16})"\\n)?',
    "size: (?<size>0|[1-9]\\d{0,14})\\n",
    "(?:files: (?<files>0|[1-9]\\d{0,8})\\n)?",
    "(?<executable>executable: true\\n)?$",
  ].join(""),
);

/** The pointer where the text is in that layout, null where it takes YAML to read it, or to say what is wrong. */
function readLayout(text: string, file: string): Pointer | null {
  const found = LAYOUT.exec(text)?.groups;
  if (!found) return null;
  const { path = "", kind, role, sha256 = "", xxh64, size, files, executable } = found;
  const isFile = kind === "file";
  if (isFile ? xxh64 === undefined || files !== undefined : xxh64 !== undefined || files === undefined) return null;
  if (!isFile && executable !== undefined) return null;
  // Without quotation marks `true` and `null` are no texts.
  if (valueOf(path) !== path) return null;
  if (!file.endsWith(`${path}${POINTER_SUFFIX}`) || whyNotPath(path, file) !== null) return null;
  return {
    schema: 1,
    path,
    kind: isFile ? "file" : "directory",
    role: role as Role,
    sha256,
    ...(xxh64 === undefined ? {} : { xxh64 }),
    size: Number(size),
    ...(files === undefined ? {} : { files: Number(files) }),
    ...(executable === undefined ? {} : { executable: true as const }),
    extra: Object.create(null) as ValueMap,
  };
}

function readYaml(text: string, file: string): Pointer {
  const yaml = parseYaml(text, file, { maxBytes: POINTER_MAX_BYTES });
  requireSchema(yaml);
  const kind = requiredWord(yaml, ["kind"], KINDS);
  for (const [key, owner] of Object.entries(KIND_OF)) {
    if (owner !== kind && valueAt(yaml, [key]) !== undefined) throw problem(yaml, [key], `only kind: ${owner} has it`);
  }
  return {
    schema: 1,
    path: readPath(yaml),
    kind,
    role: requiredWord(yaml, ["role"], ROLES),
    sha256: requiredSha(yaml, ["sha256"]),
    ...readXxh64(yaml),
    size: requiredCount(yaml, ["size"]),
    ...(kind === "directory" ? { files: requiredCount(yaml, ["files"]) } : {}),
    ...(isExecutable(yaml) ? { executable: true } : {}),
    ...(kind === "external" ? readExternal(yaml) : {}),
    extra: unknownKeys(yaml.data),
  };
}

function readPath(yaml: YamlFile): string {
  const path = requiredText(yaml, ["path"]);
  const why = whyNotPath(path, yaml.file);
  if (why === null) return path;
  throw problem(yaml, ["path"], why, isItsName(path, yaml.file) ? undefined : renameHint(yaml.file, path));
}

/** Most often somebody renamed the pointer alone; a copy of it needs only the right path. */
function renameHint(file: string, path: string): string {
  const right = `write path: ${ownName(file)}`;
  if (!/^[\w./@+-]+$/.test(`${file}${path}`) || path.includes("/")) return right;
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const former = `git mv ${file} ${folder}${path}${POINTER_SUFFIX}`;
  return `to rename the artifact: ${former} && mv move ${folder}${path} ${folder}${ownName(file)}; else ${right}`;
}

/** Why a pointer of this file cannot have the path, or null. */
function whyNotPath(path: string, file: string): string | null {
  const why = path.includes("/") ? "it is one name, of a file beside the pointer" : checkPath(path);
  if (why !== null || isItsName(path, file)) return why;
  return `it says ${path}, but the pointer's own name says ${ownName(file)}`;
}

function ownName(file: string): string {
  return file
    .slice(file.lastIndexOf("/") + 1)
    .normalize("NFC")
    .slice(0, -POINTER_SUFFIX.length);
}

function isItsName(path: string, file: string): boolean {
  const name = file.slice(file.lastIndexOf("/") + 1).normalize("NFC");
  const expected = `${path}${POINTER_SUFFIX}`.normalize("NFC");
  // A file of a commit may be shown as v1.2.0:model.onnx.mv.yaml.
  return !name.endsWith(POINTER_SUFFIX) || name === expected || name.endsWith(`:${expected}`);
}

function readXxh64(yaml: YamlFile): { xxh64?: string } {
  const xxh64 = optionalText(yaml, ["xxh64"]);
  if (xxh64 === null) return {};
  if (!/^[0-9a-f]{16}$/.test(xxh64)) throw problem(yaml, ["xxh64"], "16 lower-case hex digits are expected");
  return { xxh64 };
}

function isExecutable(yaml: YamlFile): boolean {
  const value = valueAt(yaml, ["executable"]) ?? false;
  if (typeof value !== "boolean") throw problem(yaml, ["executable"], "true or false is expected");
  return value;
}

function readExternal(yaml: YamlFile): Pick<Pointer, "uri" | "system" | "id" | "listing"> {
  const uri = requiredText(yaml, ["uri"]);
  const why = checkUrl(uri);
  if (why !== null) throw problem(yaml, ["uri"], why);
  const id = optionalText(yaml, ["id"]);
  const listing = optionalText(yaml, ["listing"]);
  if (listing !== null && !isSha(listing)) throw problem(yaml, ["listing"], "64 lower-case hex digits are expected");
  return {
    uri,
    system: requiredWord(yaml, ["system"], SYSTEMS),
    ...(id === null ? {} : { id }),
    ...(listing === null ? {} : { listing }),
  };
}

function unknownKeys(data: ValueMap): ValueMap {
  const known = new Set<string>(POINTER_KEYS);
  const extra = Object.create(null) as Record<string, Value>;
  for (const [key, value] of Object.entries(data)) if (!known.has(key)) extra[key] = value;
  return extra;
}

/**
 * The text of a pointer. With the text it had before, comments, order and unknown keys of that stay, and nothing changes where
 * the pointer says the same.
 */
export function formatPointer(pointer: Pointer, previousText?: string): string {
  const fields: Record<string, Value | undefined> = Object.create(null) as Record<string, Value | undefined>;
  for (const key of POINTER_KEYS) {
    const value = pointer[key];
    fields[key] = typeof value === "number" ? numberText(String(value)) : value;
  }
  Object.assign(fields, pointer.extra);
  if (previousText === undefined) return writeYaml(fields);
  const previous = parseYaml(previousText, pointer.path + POINTER_SUFFIX);
  for (const [key, value] of Object.entries(fields)) {
    const before = Object.hasOwn(previous.data, key) ? previous.data[key] : undefined;
    // `executable: false` and `id: null` say what a missing key says.
    if (value !== undefined) fields[key] = keepSpelling(before, value);
    else if (before === null || before === false) fields[key] = before;
  }
  return editYaml(previous, fields, { order: POINTER_KEYS });
}
