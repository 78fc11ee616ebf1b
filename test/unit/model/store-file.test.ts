import { assert, constantFrom, jsonValue, property, record, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import {
  addressesOf,
  EMPTY_STORE,
  formatStoreFile,
  parseStoreFile,
  registered,
  type StoreFile,
  withoutAddress,
} from "../../../src/model/store-file.ts";

const parse = (text: string): StoreFile => parseStoreFile(Buffer.from(text), "store");
const URL = "git@host:team/churn.git";
const ours = { id: "7d0c", urls: [URL], models: ["churn"] };
const kept = { id: "7d0c", url: URL, forks: [], models: ["churn"], more: {} };

test("the first repository is written in one canonical line", () => {
  const { file, taken } = registered(EMPTY_STORE, ours);
  expect(taken).toEqual([]);
  const text = formatStoreFile(file);
  expect(text).toBe('{"repositories":[{"id":"7d0c","models":["churn"],"url":"git@host:team/churn.git"}],"schema":1}\n');
  expect(formatStoreFile(parse(text))).toBe(text);
});

test("what stands there already changes nothing; new models and a first address are added", () => {
  const { file } = registered(EMPTY_STORE, { ...ours, urls: [] });
  expect(registered(file, { ...ours, urls: [] }).file).toBe(file);
  const more = registered(file, { ...ours, models: ["risk"] }).file;
  expect(more.repositories).toEqual([{ ...kept, models: ["churn", "risk"] }]);
  expect(registered(more, { ...ours, models: [] }).file).toBe(more);
});

test("another spelling of the address changes nothing; a new place is asked by gc too", () => {
  const { file } = registered(EMPTY_STORE, ours);
  expect(registered(file, { ...ours, urls: ["https://host/team/churn"] }).file).toBe(file);
  const fork = registered(file, { ...ours, urls: ["https://ada:hunter2@new.example.org/ada/churn.git"] }).file;
  expect(fork.repositories).toEqual([{ ...kept, forks: ["https://new.example.org/ada/churn.git"] }]);
  expect(parse(formatStoreFile(fork))).toEqual(fork);
  expect(registered(fork, ours).file).toBe(fork);
  expect(addressesOf(fork.repositories[0] ?? kept)).toEqual([URL, "https://new.example.org/ada/churn.git"]);
});

test("an address or a repository that is gone is forgotten, and nothing else", () => {
  const { file } = registered(EMPTY_STORE, { ...ours, urls: [URL, "/srv/fork.git"] });
  expect(withoutAddress(file, "/srv/other.git")).toBeNull();
  expect(withoutAddress(file, "/srv/fork.git")?.repositories).toEqual([kept]);
  expect(withoutAddress(file, URL)?.repositories).toEqual([{ ...kept, url: "/srv/fork.git" }]);
  expect(withoutAddress(file, "7d0c")?.repositories).toEqual([]);
  const only = registered(EMPTY_STORE, ours).file;
  expect(withoutAddress(only, URL)?.repositories).toEqual([]);
});

test("objects that were found rotten are named once, in order", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)] as const;
  const text = `{"repositories":[],"rotten":["${a}","${b}"],"schema":1}\n`;
  expect(formatStoreFile({ ...EMPTY_STORE, rotten: [b, a] })).toBe(text);
  expect(parse(text).rotten).toEqual([a, b]);
});

test("a model's name is its first repository's, whatever its case", () => {
  const { file } = registered(EMPTY_STORE, ours);
  const theirs = registered(file, { id: "ffff", urls: [], models: ["risk", "Churn"] });
  expect(theirs.file).toBe(file);
  expect(theirs.taken).toEqual([{ model: "Churn", owner: kept }]);
  expect(registered(file, { id: "ffff", urls: [], models: ["risk"] }).file.repositories).toHaveLength(2);
});

test("what a later version wrote into it stays", () => {
  const text = '{"gc":{"last":1},"repositories":[{"id":"a","keep":true,"models":[],"url":null}],"schema":1}\n';
  expect(formatStoreFile(parse(text))).toBe(text);
  const { file } = registered(parse(text), { id: "a", urls: [], models: ["m"] });
  expect(formatStoreFile(file)).toBe(
    '{"gc":{"last":1},"repositories":[{"id":"a","keep":true,"models":["m"],"url":null}],"schema":1}\n',
  );
});

test.for([
  ["", "not JSON"],
  ["[]", "not an object"],
  ["{}", "schema 1 and a list"],
  ['{"schema":2,"repositories":[]}', "needs a newer mversion"],
  ['{"schema":1,"repositories":{}}', "schema 1 and a list"],
  ['{"schema":1,"repositories":[7]}', "repository 1: it is not an object"],
  ['{"schema":1,"repositories":[{"id":"../x"}]}', "id has letters"],
  ['{"schema":1,"repositories":[{"id":"a","url":7}]}', "url is no text"],
  ['{"schema":1,"repositories":[{"id":"a","url":"ext::sh -c id"}]}', "program to run"],
  ['{"schema":1,"repositories":[{"id":"a","url":"--upload-pack=id"}]}', "starts with '-'"],
  ['{"schema":1,"repositories":[{"id":"a","models":"churn"}]}', "models is no list"],
  ['{"schema":1,"repositories":[{"id":"a","models":["../x"]}]}', "letters, digits"],
  ['{"schema":1,"repositories":[{"id":"a","forks":["ext::sh -c id"]}]}', "program to run"],
  ['{"schema":1,"repositories":[{"id":"a","forks":"/x"}]}', "forks is no list"],
  ['{"schema":1,"repositories":[],"rotten":["../x"]}', "rotten is no list"],
  ['{"schema":1,"repositories":[{"id":"a"},{"id":"a"}]}', "repository a is there twice"],
  ['{"schema":1,"repositories":[{"id":"a","models":["m"]},{"id":"b","models":["M"]}]}', "model m is there twice"],
] as const)("%s is refused", ([text, why]) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: "invalid-file", message: expect.stringContaining(why) }),
  );
});

test("anything is read or refused, and never changes what every object has", () => {
  assert(
    property(jsonValue(), (value) => {
      for (const text of [value, { schema: 1, repositories: value }, { schema: 1, repositories: [value] }]) {
        try {
          const file = parse(JSON.stringify(text));
          expect(parse(formatStoreFile(file))).toEqual(file);
        } catch (error) {
          if (!isMvError(error)) throw error;
        }
      }
    }),
  );
  parse('{"__proto__":{"polluted":1},"schema":1,"repositories":[{"id":"a","__proto__":{"polluted":1}}]}');
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("whatever the order of those who register, each model has one owner, and nobody is lost", () => {
  const repository = record({
    id: constantFrom("a", "b", "c", "d"),
    urls: constantFrom([]),
    models: uniqueArray(constantFrom("churn", "risk", "ltv")),
  });
  assert(
    property(uniqueArray(repository, { selector: ({ id }) => id }), (repositories) => {
      let file = EMPTY_STORE;
      const welcome: string[] = [];
      for (const each of repositories) {
        const result = registered(file, each);
        if (result.taken.length === 0) welcome.push(each.id);
        file = parse(formatStoreFile(result.file));
      }
      expect(file.repositories.map(({ id }) => id).toSorted()).toEqual(welcome.toSorted());
    }),
  );
});
