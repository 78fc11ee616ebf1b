// What a remote that goes along with a Git host may ask of the repository's Git.
import { configFor, lfsConfig, remoteAddress } from "../git/addresses.ts";
import { credential } from "../git/credential.ts";
import type { GitAccess } from "../remotes/remote.ts";
import { lfsPointerSize } from "./lfs-pointers.ts";
import type { Project } from "./project.ts";

export function gitAccess(project: Project): GitAccess {
  const { git, root, env } = project;
  const mayPrompt = env["GIT_TERMINAL_PROMPT"] !== "0";
  return {
    remoteUrl: (remote, operation) => remoteAddress(git, remote, operation === "upload"),
    configFor: (key, url) => configFor(git, key, url),
    lfsConfig: (key) => lfsConfig(git, key),
    credential: (verb, fields, ask = false) => credential(root, verb, fields, ask && mayPrompt),
    pointerSize: (remote, sha256) => lfsPointerSize(project, remote, sha256),
  };
}
