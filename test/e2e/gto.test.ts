// GTO on the tags that mversion makes, and mversion on GTO's: the program of its authors, from their registry.
import { beforeAll, describe, expect, test } from "vitest";
import { type Person, person } from "../helpers/program.ts";
import { pythonTool } from "../helpers/python-tools.ts";

const MODEL = "models/model.onnx";
let gto: string;

beforeAll(() => {
  gto = pythonTool("gto");
});

/** churn 1.0.0 and 1.1.0 released under tags that GTO reads. */
function released(prefix = "churn@v"): Person {
  const ada = person("Ada");
  ada.sh("git init -q && git commit -q --allow-empty -m start");
  ada.sh(`mv init --model churn --tag-prefix '${prefix}' --yes`);
  for (const [version, bytes] of [
    ["1.0.0", "A"],
    ["1.1.0", "B"],
  ] as const) {
    ada.write(MODEL, bytes);
    ada.sh(`mv add ${MODEL} && git add -A && mv tag ${prefix}${version} -m "Training ${bytes}"`);
  }
  return ada;
}

const read = <T>(ada: Person, line: string): T => JSON.parse(ada.sh(line)) as T;

interface Stages {
  data: { stages: { stage: string; assigned: { by: string; number: number; baseline: string | null } | null }[] };
}
const production = (ada: Person) =>
  read<Stages>(ada, "mv stages --json").data.stages.find(({ stage }) => stage === "production")?.assigned ?? null;

describe("GTO reads what mversion writes", () => {
  test("releases and the stages that they are on", () => {
    const ada = released();
    ada.sh("mv promote churn@v1.0.0 staging -m 'Try it' && mv promote churn@v1.0.0 production -m 'First'");
    ada.sh("mv promote churn@v1.1.0 production -m 'Better'");
    expect(ada.sh(`${gto} show churn@latest --version`)).toBe("v1.1.0");
    expect(ada.sh(`${gto} show 'churn#production' --version`)).toBe("v1.1.0");
    expect(ada.sh(`${gto} show 'churn#staging' --version`)).toBe("v1.0.0");
    expect(ada.sh(`${gto} check-ref 'churn#production#2' --json`)).toContain('"version": "v1.1.0"');
    const history = read<{ event: string; ref: string }[]>(ada, `${gto} history churn --json`);
    expect(history.map(({ ref }) => ref).toSorted()).toEqual([
      "churn#production#1",
      "churn#production#2",
      "churn#staging#1",
      "churn@v1.0.0",
      "churn@v1.1.0",
    ]);
  });

  test("while a stage is split, the baseline", () => {
    const ada = released();
    ada.sh("mv promote churn@v1.0.0 production -m 'First'");
    ada.sh("mv promote churn@v1.1.0 production --weight 10 -m 'Canary'");
    expect(ada.sh(`${gto} show 'churn#production' --version`)).toBe("v1.0.0");
  });

  test("and is not disturbed by retractions, approvals and confirmations", () => {
    const ada = released();
    ada.sh("mv promote churn@v1.0.0 production -m 'First'");
    ada.sh("mv retract churn@v1.1.0 -m 'Trained on leaked labels'");
    ada.sh("git config user.name Ben && git config user.email ben@example.org");
    ada.sh("mv approve churn@v1.0.0 production -m 'Looks right'");
    ada.sh("mv confirm production --version 1.0.0");
    expect(read<Record<string, unknown>>(ada, `${gto} show --json`)).toMatchObject({
      churn: { version: "v1.1.0", stage: { production: "v1.0.0" } },
    });
    expect(
      read<{ artifact: string }[]>(ada, `${gto} history --json`).every(({ artifact }) => artifact === "churn"),
    ).toBe(true);
  });
});

describe("mversion reads what GTO writes", () => {
  test("an assignment shows as GTO's, and the next of ours follows it", () => {
    const ada = released();
    ada.sh("mv promote churn@v1.0.0 production -m 'First'");
    ada.sh(`${gto} assign churn --version v1.1.0 --stage production`);
    expect(production(ada)).toMatchObject({ by: "gto", baseline: "1.1.0" });
    const { number = 0 } = production(ada) ?? {};
    // GTO goes by the clock, to the second, and writes its own: here ours must be the real one too.
    ada.sh("sleep 2; unset GIT_COMMITTER_DATE; mv promote churn@v1.0.0 production -m 'Back by hand'");
    expect(production(ada)).toMatchObject({ by: "mversion", baseline: "1.0.0", number: number + 1 });
    expect(ada.sh(`${gto} show 'churn#production' --version`)).toBe("v1.0.0");
    expect(ada.run("mv verify --all").status).toBe(0);
  });

  test("an unassignment means that nothing runs", () => {
    const ada = released();
    ada.sh("mv promote churn@v1.0.0 production -m 'First'");
    ada.sh(`${gto} deprecate churn v1.0.0 production`);
    expect(production(ada)).toMatchObject({ by: "gto", baseline: null });
    expect(ada.sh("mv stages")).toContain("production");
  });

  test("versions that GTO registered are none of ours, and break nothing", () => {
    const ada = released();
    ada.sh("git commit -q --allow-empty -m more");
    ada.sh(`${gto} register churn --version v9.0.0 && ${gto} register other --version v1.0.0`);
    ada.sh(`${gto} assign other --version v1.0.0 --stage production`);
    expect(ada.sh("mv log")).not.toContain("9.0.0");
    expect(ada.sh("mv stages")).not.toContain("other");
    expect(ada.run("mv status").status).toBe(0);
    expect(ada.run("mv verify --all").status).toBe(0);
  });
});
