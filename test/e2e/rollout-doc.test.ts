// docs/rollout.md as it is typed: two people, one server, one store, on the real models of the fixtures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playDocument } from "../helpers/document.ts";
import { createRepo, scratchDir } from "../helpers/git.ts";
import { fixture, type Person, person } from "../helpers/program.ts";

const TRAININGS = [
  ["january", "churn-a"],
  ["february", "churn-b"],
] as const;

test("docs/rollout.md, word for word", () => {
  const mnt = scratchDir("mnt");
  mkdirSync(join(mnt, "models"));
  const server = createRepo({ bare: true });
  server.git("symbolic-ref", "HEAD", "refs/heads/main");
  const ada = person("Ada");
  const people: Record<string, Person> = { "": ada };
  let trained = 0;

  /** What the training script leaves behind: test/fixtures/make_models.py ran it on these very data. */
  const train = (): void => {
    const [data, model] = TRAININGS[trained++] ?? [];
    ada.write("data/train.csv", fixture(`data/${data}/train.csv`));
    ada.write("models/model.onnx", fixture(`models/${model}/model.onnx`));
  };
  // The page's own words for places that are elsewhere in a test.
  const elsewhere = [
    ["/mnt/models", join(mnt, "models")],
    ["/tmp/serving", join(mnt, "serving")],
    ["git@git.example.org:team/churn.git", server.dir],
  ] as const;
  const places = (line: string): string => elsewhere.reduce((text, [page, here]) => text.replaceAll(page, here), line);
  const words = (text: string): string => elsewhere.reduce((all, [page, here]) => all.replaceAll(here, page), text);

  ada.write("train.py", fixture("train.py"));
  ada.write("requirements.txt", fixture("requirements.txt"));
  const { shown, printed } = playDocument("rollout.md", (line, who) => {
    if (line === "python train.py") {
      train();
      return { stdout: "", stderr: "" };
    }
    if (line.startsWith("git clone ")) {
      people[who] = person(who === "" ? "Ada" : `${who[0]?.toUpperCase()}${who.slice(1)}`, { clone: server.dir });
      return { stdout: "", stderr: "" };
    }
    const { stdout, stderr } = (people[who] ?? ada).run(places(line));
    return { stdout: words(stdout), stderr: words(stderr) };
  });
  expect(shown).toBe(printed);
});
