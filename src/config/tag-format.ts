// Which formats of release tags a settings file may ask for.

/** Why release tags cannot have this format, or null. A format is what stands before `{version}`, which ends it. */
export function checkTagFormat(format: string): string | null {
  if (!format.endsWith("{version}")) return "it ends with {version}";
  const prefix = format.slice(0, -"{version}".length).replace("{model}", "model");
  if (/[{}]/.test(prefix)) return "{model} and {version} stand in it once";
  if (!/^[\w.@/-]*$/.test(prefix)) return "before {version} it has letters, digits and . _ @ / - only";
  if (/^[-./]|\.\.|\/[./]|\.\/|\.lock\/|\.$|\/$/.test(prefix)) return "Git allows no such tag";
  return /\d$/.test(prefix) ? "before {version} it does not end with a digit" : null;
}
