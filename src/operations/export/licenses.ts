// License ids of SPDX that models commonly have. A bill of materials may give as an id only what the SPDX list has, so anything
// else is a name.
const KNOWN = [
  "AGPL-3.0-only",
  "AGPL-3.0-or-later",
  "Apache-2.0",
  "Artistic-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC-BY-4.0",
  "CC-BY-NC-4.0",
  "CC-BY-NC-SA-4.0",
  "CC-BY-SA-4.0",
  "CC0-1.0",
  "ECL-2.0",
  "EPL-2.0",
  "EUPL-1.2",
  "GPL-2.0-only",
  "GPL-2.0-or-later",
  "GPL-3.0-only",
  "GPL-3.0-or-later",
  "ISC",
  "LGPL-2.1-only",
  "LGPL-3.0-only",
  "LGPL-3.0-or-later",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "ODC-By-1.0",
  "ODbL-1.0",
  "Unlicense",
  "WTFPL",
  "Zlib",
] as const;

const BY_LOWER_CASE = new Map(KNOWN.map((id) => [id.toLowerCase(), id]));

/** Those that the Hugging Face Hub calls otherwise, beside `-only` and `-or-later`, which it leaves out; "other": not at all. */
const ON_HUB: Readonly<Record<string, string>> = { "odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "mit-0": "other" };

/** The Hub's name of an SPDX id of the list above. */
export function hubLicense(id: string): string {
  const name = id.toLowerCase().replace(/-(?:only|or-later)$/, "");
  return ON_HUB[name] ?? name;
}

/** The SPDX id that a text means, whatever its case; null for what the list above has not. */
export function spdxId(text: string): string | null {
  return BY_LOWER_CASE.get(text.trim().toLowerCase()) ?? null;
}
