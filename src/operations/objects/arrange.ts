// Arranging artifacts where the cache may lack their bytes: the shared stores give them, before the tree is touched.
import { settleEvicted } from "../evict/remembered.ts";
import { arrange, type Arrangement, type Wanted } from "../materialize.ts";
import type { Project } from "../project.ts";
import { fetchFailure, type FetchReport, fetchTargets, type FetchTarget } from "./fetch.ts";
import { withKnownRemotes } from "./known-remotes.ts";

/**
 * As `arrange`, with what the cache lacks fetched first: of `must` alone, where it is given. Of folders only the files that
 * differ from those on disk are fetched. What cannot be had stays missing, and the arrangement says why.
 */
export async function arrangeFetching(
  here: Project,
  wanted: ReadonlyMap<string, Wanted | null>,
  options: { must?: { has(path: string): boolean }; jobs?: number | undefined } = {},
): Promise<Arrangement> {
  return { ...(await arrangeFetched(here, wanted, options)), mayAsk: true };
}

async function arrangeFetched(
  here: Project,
  wanted: ReadonlyMap<string, Wanted | null>,
  { must = wanted, jobs }: { must?: { has(path: string): boolean }; jobs?: number | undefined },
): Promise<Arrangement> {
  let arrangement = await settleEvicted(here, await arrange(here, wanted));
  if (!arrangement.missing.some(({ path }) => must.has(path))) return arrangement;
  const project = await withKnownRemotes(here);
  if (Object.keys(project.settings.remotes).length === 0) return arrangement;
  // Only a folder's manifest tells which of its files differ.
  const manifests = targetsOf(arrangement, wanted, must).filter(
    ({ target, lacking }) => target.kind === "directory" && lacking.has(target.sha256),
  );
  const reports: FetchReport[] = [];
  if (manifests.length > 0) {
    const targets = manifests.map(({ target }) => target);
    reports.push(await fetchTargets(project, targets, { only: new Set(), jobs }));
    arrangement = await settleEvicted(project, await arrange(project, wanted));
  }
  const left = targetsOf(arrangement, wanted, must);
  const isRest = ({ target, lacking }: Lacking): boolean =>
    target.kind === "file" || !lacking.has(target.sha256) || manifests.length === 0;
  const rest = left.filter(isRest);
  if (rest.length > 0) {
    const only = new Set(rest.flatMap(({ lacking }) => [...lacking]));
    reports.push(
      await fetchTargets(
        project,
        rest.map(({ target }) => target),
        { only, jobs },
      ),
    );
    arrangement = await settleEvicted(project, await arrange(project, wanted));
  }
  const obstacle = reports.map((report) => fetchFailure(report)).find((failure) => failure !== null);
  return obstacle ? { ...arrangement, obstacle } : arrangement;
}

interface Lacking {
  target: FetchTarget;
  /** SHA-256 of what the cache lacks of it. */
  lacking: Set<string>;
}

function targetsOf(
  { missing }: Arrangement,
  wanted: ReadonlyMap<string, Wanted | null>,
  must: { has(path: string): boolean },
): Lacking[] {
  const found = new Map<string, Lacking>();
  for (const { path, sha256 } of missing) {
    const target = wanted.get(path);
    if (!target || !must.has(path)) continue;
    const known = found.get(path) ?? { target: { path, ...target }, lacking: new Set() };
    known.lacking.add(sha256);
    found.set(path, known);
  }
  return [...found.values()];
}
