// Objects first, refs last: whether a shared store has what the pushed releases need. Without a configured remote there is
// nothing to ask, and nothing is refused.
import type { Release } from "../../model/release.ts";
import type { Finding } from "../check/findings.ts";
import { confirmOnRemotes } from "../remotes.ts";
import type { Project } from "../project.ts";

/** A finding for every pushed release with artifacts that no configured remote confirms to hold. */
export async function objectFindings(project: Project, pushed: readonly Release[]): Promise<Finding[]> {
  if (pushed.length === 0 || Object.keys(project.settings.remotes).length === 0) return [];
  const needed = pushed.flatMap((release) =>
    [...release.artifacts, ...release.datasets].filter((artifact) => artifact.kind !== "external"),
  );
  const { confirmed } = await confirmOnRemotes(project, needed);
  return pushed.flatMap((release) => {
    const lacking = [...release.artifacts, ...release.datasets].filter(
      (artifact) => artifact.kind !== "external" && !confirmed.has(artifact.sha256),
    );
    if (lacking.length === 0) return [];
    return [
      {
        rule: "object-missing" as const,
        severity: "error" as const,
        message: `${release.model} ${release.version}: no remote has the bytes of ${lacking.map((artifact) => artifact.path).join(", ")}.`,
        next: [`mv push ${release.tag}`],
        file: null,
        commit: null,
        models: [{ model: release.model, version: release.version }],
      },
    ];
  });
}
