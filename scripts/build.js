// Builds dist/: the program in few files, so that it starts quickly, the library, and its types.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
// Built beside dist and then renamed: a program that runs meanwhile finds the old one or the new one, whole.
const fresh = `dist-${process.pid}`;
const common = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // CommonJS packages inside an ES module bundle look for `require`.
  banner: {
    js: 'import { createRequire as createRequire_ } from "node:module"; const require = createRequire_(import.meta.url);',
  },
  legalComments: "none",
  // What is shorter compiles faster. Names stay, for what --debug prints.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  logLevel: "warning",
};

// The loader takes about a millisecond for every file, and compiling takes as long for every 50 kB. So there are few files:
// cli/main.js, which is enough for help, cli/app.js with all commands, of which only the one that is called is run, and
// cli/quick.js with those that are asked all day and need the least, and cli/share.js with those that move objects and the
// stores that they move them to. One process loads one of the three. The big libraries are
// loaded by the few commands that need them.
const few = { quick: ["status", "log", "checkout", "stages", "route"], share: ["push", "fetch", "pull"] };
const libraries = ["simple-git", "isomorphic-git", "isomorphic-git/http/node"];
const later = new Map();

/** What main.js imports when it is asked for: a small file for each, which gets it from one of the three. */
const loadLater = {
  name: "later",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const name = basename(path, ".ts");
      later.set(name, relative(root, resolve(resolveDir, path)));
      return { path: `./later/${name}.js`, external: true };
    }),
};
/** All files must speak of the same error class. */
const errorsIn = (folder) => ({
  name: "errors",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/errors\.ts$/ }, () => ({ path: `${folder}/errors.js`, external: true })),
});
/** What the shared stores need is loaded by the commands that ask one. */
const remotesIn = (folder) => ({
  name: "remotes",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/remotes\/open\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: `${folder}/remotes.js`, external: true } : undefined,
    ),
});
/** What is taken from the YAML library. It is loaded when the first of them is called: mversion reads its own layout without it. */
const yaml = { classes: ["Composer", "Lexer", "Parser"], functions: ["isMap", "isPair", "isScalar", "isSeq"] };
const yamlIn = (folder) => ({
  name: "yaml",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^yaml$/ }, ({ path }) => ({ path, namespace: "yaml" }));
    onLoad({ filter: /.*/, namespace: "yaml" }, () => ({
      contents: [
        'import { createRequire } from "node:module";',
        `let loaded; const yaml = () => (loaded ??= createRequire(import.meta.url)("${folder}/yaml.cjs"));`,
        ...yaml.classes.map((name) => `export function ${name}(...given) { return new (yaml().${name})(...given); }`),
        ...yaml.functions.map((name) => `export const ${name} = (node) => yaml().${name}(node);`),
      ].join("\n"),
    }));
  },
});
const librariesIn = (folder) => ({
  name: "libraries",
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${libraries.join("|")})$`) }, ({ path }) => ({
      path: `${folder}/${path}.js`,
      external: true,
    }));
    onResolve({ filter: /^\.\/sdk\.ts$/ }, () => ({ path: `${folder}/s3/sdk.js`, external: true }));
  },
});

await build({
  ...common,
  entryPoints: ["./src/cli/main.ts"],
  outfile: `${fresh}/cli/main.js`,
  plugins: [loadLater, errorsIn("..")],
});
function buildCommands(name, commands, stores = [remotesIn("../lib")]) {
  const loads = [...later]
    .filter(([command]) => command === "project" || commands.includes(command))
    .map(([command, file]) => `${JSON.stringify(command)}: () => import("./${file}"),`);
  return build({
    ...common,
    stdin: { contents: `export const load = {\n${loads.join("\n")}\n};`, resolveDir: root, sourcefile: `${name}.ts` },
    outfile: `${fresh}/cli/${name}.js`,
    plugins: [...stores, librariesIn("../lib"), yamlIn("../lib"), errorsIn("..")],
  });
}
await Promise.all([
  buildCommands("app", [...later.keys()]),
  buildCommands("quick", few.quick),
  buildCommands("share", few.share, []),
  build({
    ...common,
    entryPoints: ["./src/remotes/open.ts"],
    outfile: `${fresh}/lib/remotes.js`,
    plugins: [librariesIn("."), yamlIn("."), errorsIn("..")],
  }),
  build({
    ...common,
    entryPoints: ["./src/index.ts"],
    outfile: `${fresh}/index.js`,
    plugins: [remotesIn("./lib"), librariesIn("./lib"), yamlIn("./lib"), errorsIn(".")],
  }),
  build({ ...common, entryPoints: ["./src/errors.ts"], outfile: `${fresh}/errors.js` }),
  // A thread that only looks at files loads no more than that takes.
  build({
    ...common,
    entryPoints: ["./src/platform/hash-worker.ts"],
    outdir: `${fresh}/platform`,
    splitting: true,
  }),
  build({ ...common, format: "cjs", banner: {}, entryPoints: ["yaml"], outfile: `${fresh}/lib/yaml.cjs` }),
  ...libraries.map((name) => build({ ...common, entryPoints: [name], outfile: `${fresh}/lib/${name}.js` })),
  // What of the AWS SDK is used, in several files: of the ways to get credentials only the one that is taken is loaded.
  build({
    ...common,
    entryPoints: ["./src/remotes/s3/sdk.ts"],
    outdir: `${fresh}/lib/s3`,
    splitting: true,
    mainFields: ["module", "main"],
    minifySyntax: true,
    minifyWhitespace: true,
  }),
]);
mkdirSync(`${fresh}/cli/later`);
writeFileSync(`${fresh}/cli/later/loaded.js`, "export const loaded = { load: null };\n");
const fileOf = (command) => Object.keys(few).find((name) => few[name].includes(command)) ?? "app";
for (const [name, file] of later) {
  if (name === "project") continue;
  if (!file.startsWith("src/cli/commands/")) throw new Error(`${file} is loaded later: say here what is taken from it`);
  writeFileSync(
    `${fresh}/cli/later/${name}.js`,
    `import { loaded } from "./loaded.js";
import { load } from "../${fileOf(name)}.js";
loaded.load = load;
export const { run } = await load[${JSON.stringify(name)}]();
`,
  );
}
// A command asks for the project, so it is there first: the project comes from the same file.
writeFileSync(
  `${fresh}/cli/later/project.js`,
  `import { loaded } from "./loaded.js";
const { load } = loaded.load === null ? await import("../app.js") : loaded;
export const { openProject } = await load.project();
`,
);
if (process.argv.includes("--types")) {
  execFileSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "--project", "tsconfig.types.json", "--outDir", `${fresh}/types`],
    {
      stdio: "inherit",
    },
  );
}
const old = `${fresh}.old`;
if (existsSync("dist")) renameSync("dist", old);
renameSync(fresh, "dist");
rmSync(old, { recursive: true, force: true });
