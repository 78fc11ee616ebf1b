import { describe, expect, test } from "vitest";
import { importsBelow, importsOf } from "../../../src/environment/imports.ts";
import { folder } from "./installations.ts";

describe("importsOf", () => {
  test("finds every form of an import statement", () => {
    const code = [
      "import numpy",
      "import numpy as np, torch.nn as nn,pandas",
      "from sklearn.pipeline import make_pipeline",
      "    import lazy_one",
      "import os; import joblib",
      "from google.protobuf import message",
      "import xgboost  # comment, not_a_module",
      "from torch import (",
      "    optim,",
      ")",
    ].join("\n");
    expect([...importsOf(code)].sort()).toEqual([
      "google.protobuf",
      "joblib",
      "lazy_one",
      "numpy",
      "os",
      "pandas",
      "sklearn.pipeline",
      "torch",
      "torch.nn",
      "xgboost",
    ]);
  });

  test("leaves comments, relative imports and other words alone", () => {
    const code = '# import a\nfrom . import b\nfrom .c import d\nimportant = 1\nimport_e = 2\nx = "import f"\n';
    expect([...importsOf(code)]).toEqual([]);
  });

  test("reads a notebook's cells, whether their source is a list or one string", () => {
    const cells = [
      { cell_type: "code", source: ["import numpy as np\n", "from torch import nn"] },
      { cell_type: "code", source: '%matplotlib inline\nimport pandas as pd\nprint("import nothing")' },
      { cell_type: "markdown", source: ["We import data here."] },
    ];
    const text = JSON.stringify({ cells, nbformat: 4 }, null, 1);
    expect([...importsOf(text, true)].sort()).toEqual(["numpy", "pandas", "torch"]);
  });
});

describe("importsBelow", () => {
  test("reads what belongs to the project and nothing else", () => {
    const project = folder({
      "train.py": "import numpy\nfrom helpers import x\nimport churnlib\n",
      "helpers.py": "import pandas\n",
      "churnlib/__init__.py": "",
      "notebooks/eda.ipynb": '{"cells":[{"source":["import seaborn\\n"]}]}',
      "deep/er/still.py": "import joblib\n",
      ".gitignore": "/scratch/\n*_tmp.py\n",
      "scratch/a.py": "import ignored_a\n",
      "b_tmp.py": "import ignored_b\n",
      "deep/.gitignore": "generated.py\n!kept_tmp.py\n",
      "deep/generated.py": "import ignored_c\n",
      "deep/kept_tmp.py": "import onnx\n",
      "env/pyvenv.cfg": "",
      "env/lib/x.py": "import foreign_a\n",
      "vendor/.git": "gitdir: elsewhere\n",
      "vendor/x.py": "import foreign_b\n",
      "node_modules/x.py": "import foreign_c\n",
      ".tox/x.py": "import foreign_d\n",
      "notes.txt": "import nothing\n",
    });
    expect([...importsBelow(project.dir)].sort()).toEqual(["joblib", "numpy", "onnx", "pandas", "seaborn"]);
  });

  test("does not enter a folder with hundreds of subfolders, which holds data", () => {
    const files: Record<string, string> = { "train.py": "import numpy\n", "src/a/b.py": "import pandas\n" };
    for (let day = 0; day < 201; day += 1) files[`data/${day}/x.py`] = "import never_seen\n";
    expect([...importsBelow(folder(files).dir)].sort()).toEqual(["numpy", "pandas"]);
  });

  test("is empty for a folder that is not there", () => {
    expect(importsBelow("/nonexistent/folder").size).toBe(0);
  });
});
