// mversion.json at the top of a store: which repositories use it, and whose each model name is. Every repository that pushes
// writes it, so it is read as a stranger's file; what this version does not know in it stays.
import { MvError } from "../errors.ts";
import { isSha } from "./content.ts";
import { checkUrl, isSameRepository, withoutSecret } from "./url.ts";
import { checkModelName } from "./version.ts";

export const STORE_FILE = "mversion.json";
export const STORE_FILE_MAX_BYTES = 4 * 1024 * 1024;

export interface StoreRepository {
  /** `id` of its .mversion.yaml. */
  readonly id: string;
  /** Where it can be fetched from, for gc; null where nobody said. */
  readonly url: string | null;
  /** Where else its commits and tags were pushed to: forks, and its former addresses. */
  readonly forks: readonly string[];
  /** The models whose names are its own in this store. */
  readonly models: readonly string[];
  /** Keys that this version does not know. */
  readonly more: Readonly<Record<string, unknown>>;
}

export interface StoreFile {
  readonly repositories: readonly StoreRepository[];
  /** SHA-256 of objects that somebody found to hold other bytes: the next push that has them looks at these, and heals them. */
  readonly rotten: readonly string[];
  readonly more: Readonly<Record<string, unknown>>;
}

export const EMPTY_STORE: StoreFile = { repositories: [], rotten: [], more: {} };

/** The text of the file: one line, keys sorted, repositories by id. */
export function formatStoreFile({ repositories, rotten, more }: StoreFile): string {
  const entries = repositories
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, url, forks, models, more: rest }) =>
      sorted({ ...rest, id, models: models.toSorted(), url, ...(forks.length > 0 ? { forks: forks.toSorted() } : {}) }),
    );
  const found = rotten.length > 0 ? { rotten: rotten.toSorted() } : {};
  return `${JSON.stringify(sorted({ ...more, ...found, repositories: entries, schema: 1 }))}\n`;
}

function sorted(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads the file of the store `name`. Throws MvError invalid-file, with what to do where a newer mversion wrote it. */
export function parseStoreFile(bytes: Uint8Array, name: string): StoreFile {
  const refuse = (why: string, hint = `look at it, and put a good ${STORE_FILE} there`): MvError =>
    new MvError("invalid-file", `${STORE_FILE} of ${name}: ${why}`, {
      hint,
      details: { file: STORE_FILE, remote: name },
    });
  if (bytes.length > STORE_FILE_MAX_BYTES) throw refuse(`it is larger than ${STORE_FILE_MAX_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("it is not JSON in UTF-8");
  }
  if (!isMap(json)) throw refuse("it is not an object");
  const { schema, repositories, rotten = [], ...more } = json;
  if (typeof schema === "number" && schema > 1) {
    throw refuse(`schema ${schema} needs a newer mversion`, "npm install --global git-mversion@latest");
  }
  if (schema !== 1 || !Array.isArray(repositories)) throw refuse("schema 1 and a list of repositories are expected");
  if (!isTexts(rotten) || !rotten.every(isSha)) throw refuse("rotten is no list of SHA-256");
  const read = repositories.map((entry: unknown, at) => {
    const repository = readRepository(entry);
    if (typeof repository === "string") throw refuse(`repository ${at + 1}: ${repository}`);
    return repository;
  });
  const twice = firstTwice(read.map(({ id }) => id));
  if (twice !== null) throw refuse(`the repository ${twice} is there twice`);
  const model = firstTwice(read.flatMap(({ models }) => models.map((each) => each.toLowerCase())));
  if (model !== null) throw refuse(`the model ${model} is there twice`);
  return { repositories: read, rotten, more };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readRepository(entry: unknown): StoreRepository | string {
  if (!isMap(entry)) return "it is not an object";
  const { id, url = null, forks = [], models = [], ...more } = entry;
  if (typeof id !== "string" || !/^[\w.-]{1,100}$/.test(id)) return "id has letters, digits and . _ - only";
  if (url !== null && typeof url !== "string") return "url is no text";
  if (!isTexts(forks)) return "forks is no list of addresses";
  const why = [...(url === null ? [] : [url]), ...forks].map(checkUrl).find((problem) => problem !== null);
  if (why) return why;
  if (!Array.isArray(models)) return "models is no list";
  if (!isTexts(models)) return "a model's name is no text";
  for (const model of models) {
    const problem = checkModelName(model);
    if (problem !== null) return `models: ${problem}`;
  }
  return { id, url, forks, models, more };
}

function firstTwice(texts: readonly string[]): string | null {
  return texts.find((text, at) => texts.indexOf(text) !== at) ?? null;
}

/**
 * The file with a repository in it and its models as its own; the file itself where it says so already. `taken`: the models
 * that belong to another repository, which is named. Names are compared without case: file systems may not tell them apart.
 */
export function registered(
  file: StoreFile,
  repository: { id: string; urls: readonly string[]; models: readonly string[] },
): { file: StoreFile; taken: { model: string; owner: StoreRepository }[] } {
  const others = file.repositories.filter(({ id }) => id !== repository.id);
  const taken = repository.models.flatMap((model) => {
    const owner = others.find(({ models }) => models.some((each) => each.toLowerCase() === model.toLowerCase()));
    return owner ? [{ model, owner }] : [];
  });
  if (taken.length > 0) return { file, taken };
  const known = file.repositories.find(({ id }) => id === repository.id);
  const models = [...new Set([...(known?.models ?? []), ...repository.models])];
  const before = known ? addressesOf(known) : [];
  const addresses = withAddresses(before, repository.urls);
  if (known && addresses.length === before.length && known.models.length === models.length) return { file, taken };
  const [url = null, ...forks] = addresses;
  const entry: StoreRepository = { more: {}, ...known, id: repository.id, url, forks, models };
  return { file: { ...file, repositories: [...others, entry] }, taken };
}

/** Every place that a repository's commits and tags were pushed to. */
export function addressesOf({ url, forks }: StoreRepository): string[] {
  return [...(url === null ? [] : [url]), ...forks];
}

/**
 * One colleague's ssh and another's https address lead to one repository: the file does not change with every push. An address
 * that was pushed to once is never forgotten by itself: gc asks a fork as much as what it was forked from.
 */
function withAddresses(known: readonly string[], given: readonly string[]): string[] {
  const addresses = [...known];
  for (const address of given.map(withoutSecret)) {
    const isKnown = addresses.some((other) => isSameRepository(other, address));
    if (!isKnown && checkUrl(address) === null) addresses.push(address);
  }
  return addresses;
}

/**
 * The file without an address (and without a repository that had no other), or without the repository of that id: for gc, where it
 * is gone for good. Null where none is so.
 */
export function withoutAddress(file: StoreFile, gone: string): StoreFile | null {
  const repositories = file.repositories.flatMap((repository): StoreRepository[] => {
    if (repository.id === gone) return [];
    const before = addressesOf(repository);
    const left = before.filter((address) => address !== gone);
    if (left.length === before.length) return [repository];
    const [url, ...forks] = left;
    return url === undefined ? [] : [{ ...repository, url, forks }];
  });
  const isSame = repositories.every((repository, at) => repository === file.repositories[at]);
  return isSame && repositories.length === file.repositories.length ? null : { ...file, repositories };
}
