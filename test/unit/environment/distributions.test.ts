import { utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { normalName, ownersOf, readDistributions } from "../../../src/environment/distributions.ts";
import { chooseLibraries } from "../../../src/environment/libraries.ts";
import { folder, sitePackages } from "./installations.ts";

function read(files: Record<string, string>, sites = ["site"]) {
  const made = folder(files);
  const warnings: string[] = [];
  const all = readDistributions(
    sites.map((site) => made.path(site)),
    warnings,
  );
  return { made, all, warnings, versions: Object.fromEntries([...all].map(([name, { version }]) => [name, version])) };
}

describe("readDistributions", () => {
  test("reads names and versions from every form of metadata", () => {
    const { versions, warnings } = read({
      ...sitePackages("site", [
        { name: "scikit-learn", version: "1.4.0" },
        { name: "PyYAML", version: "6.0.1" },
        { name: "torch", version: "2.1.0+cu121" },
      ]),
      "site/old_tool-0.1.egg-info/PKG-INFO": "Metadata-Version: 1.0\r\nName: Old.Tool\r\nVersion: 0.1\r\n",
      "site/single-2.0-py3.11.egg-info": "Name: single\nVersion: 2.0\n",
      "site/no_metadata-3.1.dist-info/RECORD": "",
      "site/~umpy-1.0.dist-info/METADATA": "Name: numpy\nVersion: 1.0\n",
      "site/plain/METADATA": "Name: plain\nVersion: 1\n",
    });
    expect(versions).toEqual({
      "scikit-learn": "1.4.0",
      pyyaml: "6.0.1",
      torch: "2.1.0+cu121",
      "old-tool": "0.1",
      single: "2.0",
      "no-metadata": "3.1",
    });
    expect(warnings).toEqual([]);
  });

  test("lets the first folder win, as Python does", () => {
    const { versions } = read(
      {
        ...sitePackages("user", [{ name: "numpy", version: "2.0.0" }]),
        ...sitePackages("site", [
          { name: "numpy", version: "1.26.4" },
          { name: "scipy", version: "1.11.0" },
        ]),
      },
      ["user", "site", "missing"],
    );
    expect(versions).toEqual({ numpy: "2.0.0", scipy: "1.11.0" });
  });

  test.each([
    [1, 2, "2.0.0"],
    [2, 1, "1.26.4"],
  ])("warns of an interrupted upgrade and believes the newer description", (old, recent, expected) => {
    const files = sitePackages("site", [
      { name: "numpy", version: "1.26.4" },
      { name: "numpy", version: "2.0.0" },
    ]);
    const made = folder(files);
    utimesSync(made.path("site/numpy-1.26.4.dist-info"), old, old);
    utimesSync(made.path("site/numpy-2.0.0.dist-info"), recent, recent);
    const warnings: string[] = [];
    const all = readDistributions([made.path("site")], warnings);
    expect(all.get("numpy")?.version).toBe(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^numpy is installed twice \(/);
  });
});

test("ownersOf finds the distribution of a module by top_level.txt, else by RECORD", () => {
  const { all } = read(
    sitePackages("site", [
      { name: "beautiful-thing", version: "4.1", top: ["bthing"] },
      { name: "zmq-like", version: "25.0", record: ["zlike/__init__.py", "zlike/deep/x.py"] },
      { name: "one-file", version: "1.0", record: ["single_module.py"] },
      { name: "compiled", version: "1.0", record: ["_fast.cpython-311-x86_64-linux-gnu.so"] },
      { name: "unrelated", version: "9.0", top: ["other"] },
    ]),
  );
  expect([...ownersOf(new Set(["bthing", "zlike", "single_module", "_fast", "os"]), all.values())].sort()).toEqual([
    "beautiful-thing",
    "compiled",
    "one-file",
    "zmq-like",
  ]);
  expect([...ownersOf(new Set(["os"]), all.values())]).toEqual([]);
});

test("normalName is PEP 503's", () => {
  expect(normalName("Foo._-Bar")).toBe("foo-bar");
});

describe("chooseLibraries", () => {
  const installed = new Map(
    Object.entries({
      numpy: "2.0",
      "opencv-python-headless": "4.9",
      pillow: "10.0",
      protobuf: "4.25",
      pytest: "8.0",
      requests: "2.31",
      "scikit-learn": "1.4",
    }),
  );

  test("takes what makes models, and what the code imports, under the names of PyPI", () => {
    const choice = chooseLibraries(installed, [
      "sklearn.svm",
      "cv2",
      "PIL.Image",
      "google.protobuf.message",
      "os",
      "bthing.x",
    ]);
    expect(choice.versions).toEqual({
      numpy: "2.0",
      "opencv-python-headless": "4.9",
      pillow: "10.0",
      protobuf: "4.25",
      "scikit-learn": "1.4",
    });
    expect([...choice.unresolved].sort()).toEqual(["bthing", "os"]);
    expect(choice.lacking).toEqual([]);
  });

  test("says what the code needs only where nothing of it is there", () => {
    expect(chooseLibraries(installed, ["torch", "sklearn"]).lacking).toEqual([]);
    expect(chooseLibraries(installed, ["torch.nn", "xgboost", "requests"]).lacking).toEqual(["torch", "xgboost"]);
    expect(chooseLibraries(installed, ["requests"]).lacking).toEqual([]);
  });
});
