// npm run bench [startup] [registry] [hooks] [store] [remotes] [s3] [lfs]: ratios against a floor that is measured in the same run. Tests never time anything.
const suites = {
  startup: async () => (await import("./startup.js")).benchStartup(),
  registry: async () => (await import("./registry.js")).benchRegistry(),
  hooks: async () => (await import("./hooks.js")).benchHooks(),
  store: async () => (await import("./store.js")).benchStore(),
  remotes: async () => (await import("./remotes.js")).benchRemotes(),
  s3: async () => (await import("./s3.js")).benchS3(),
  lfs: async () => (await import("./lfs.js")).benchLfs(),
};

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(suites, name));
if (unknown) throw new Error(`There is no bench ${unknown}; there is ${Object.keys(suites).join(", ")}`);

const rows = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(suites)) {
  process.stderr.write(`${name}…\n`);
  rows.push(...(await suites[name]()));
}
const width = Math.max(...rows.map((row) => row.what.length));
for (const row of rows) {
  const goal = row.goal.startsWith("Infinity") ? "" : `goal ${row.goal}${row.met ? "" : "  MISSED"}`;
  console.log(
    `${row.what.padEnd(width)}  ${row.ours.toFixed(0).padStart(7)} ms  ${row.floor.toFixed(0).padStart(7)} ms  ${row.text.padStart(12)}  ${goal}`,
  );
}
