import type { RemoteAddResult, RemoteInfo, RemoteTestResult } from "../../operations/remote.ts";
import { bytes, printable, table } from "../terminal.ts";

export function addedView(result: RemoteAddResult): { out: string; notes: string[] } {
  const notes = result.changed ? ["Written to .mversion.yaml, staged"] : ["It was there already"];
  return { out: table([row(result)]), notes: [...notes, `Next: mv remote test ${printable(result.name)}`] };
}

export function listView({ remotes }: { remotes: RemoteInfo[] }): { out: string; notes: string[] } {
  const notes = remotes.length === 0 ? ["No remote is set up", "Next: mv remote add NAME URL --default"] : [];
  return { out: table(remotes.map(row)), notes };
}

export function removedView({ name, url }: RemoteInfo): { out: string; notes: string[] } {
  return { out: `${printable(name)} removed.`, notes: [`What lies at ${printable(url)} stays there`] };
}

export function testView(result: RemoteTestResult): { out: string; notes: string[] } {
  const rows = result.checks.map(({ check, state, words }) => [check, state, words].map(printable));
  const next = result.checks.find(({ state, next: way }) => state === "failed" && way !== null)?.next;
  const notes = [verdict(result), ...(next ? next.split("\n").map((line) => `Next: ${printable(line)}`) : [])];
  if (result.left > 0) notes.push(`${result.left} small objects of the test stay there; every test uses the same`);
  return {
    out: [`${printable(result.remote)}  ${printable(result.url)}`, table(rows), ...speedOf(result)].join("\n"),
    notes,
  };
}

function speedOf({ speed }: RemoteTestResult): string[] {
  const rates = [
    ...(speed.put === null ? [] : [`put ${bytes(speed.put)}/s`]),
    ...(speed.get === null ? [] : [`get ${bytes(speed.get)}/s`]),
  ];
  return rates.length > 0 ? [rates.join(", ")] : [];
}

function verdict({ passed, checks, abilities }: RemoteTestResult): string {
  if (!passed) return "It does not do all that a remote has to do: what failed stands above";
  if (checks.some(({ state }) => state === "untested")) return "It can be reached; more could not be tried";
  return abilities.write ? "All that was tried works" : "All that was tried works; others have to push there";
}

function row(remote: RemoteInfo): string[] {
  const more = [
    ...(remote.endpoint === null ? [] : [`endpoint ${remote.endpoint}`]),
    ...(remote.region === null ? [] : [`region ${remote.region}`]),
    ...(remote.path_style ? ["path style"] : []),
    ...(remote.default ? ["default"] : []),
  ];
  return [remote.name, remote.url, more.join(", ")].map(printable);
}
