// Release and retraction tags as a real Git stores, signs and lists them.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contentOf } from "../../src/model/content.ts";
import {
  formatReleaseMessage,
  formatRetractionMessage,
  formatRetractionTag,
  parseTagObject,
  type TagReading,
} from "../../src/model/release.ts";
import { createRepo, scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

const artifacts = [{ path: "models/größe model.onnx", kind: "file" as const, sha256: "a".repeat(64), size: 8 }];
const said = {
  model: "churn",
  version: "1.0.0",
  bump: "initial",
  previous: null,
  seal: null,
  content: `sha256:${contentOf(artifacts)}`,
  record: { path: "churn.model.yaml", sha256: "b".repeat(64) },
  artifacts,
  datasets: [],
  dataset_snapshot_id: null,
  feature_set_version: null,
};
const reason = "#4711 retrained  \r\n\n---\nmversion: 1\n-----BEGIN PGP SIGNATURE-----\nobject 1234\n\n\n";

function tag(repo: TestRepo, name: string, message: string, ...flags: string[]): TagReading {
  repo.gitWith({ input: message }, "tag", "-a", ...flags, "--cleanup=verbatim", "-F", "-", name, "HEAD");
  const oid = repo.git("rev-parse", `refs/tags/${name}`);
  const raw = spawnSync("git", ["cat-file", "tag", oid], { cwd: repo.dir, env: testEnv() }).stdout;
  return parseTagObject(raw, oid);
}

describe.each(["sha1", "sha256"] as const)("in a %s repository", (objectFormat) => {
  test("a release reads back with its reason to the letter", () => {
    const repo = createRepo({ objectFormat });
    const commit = repo.commit("First");
    const reading = tag(repo, "v1.0.0", formatReleaseMessage({ ...said, reason }));
    expect(reading).toMatchObject({
      kind: "release",
      release: { ...said, reason, commit, tag: "v1.0.0", signed: false, tagger: { name: "Ada", zone: "+0000" } },
    });
  });

  test("a retraction names its release by oid and stands beside it", () => {
    const repo = createRepo({ objectFormat });
    repo.commit("First");
    const made = tag(repo, "churn@v1.0.0", formatReleaseMessage({ ...said, reason: "why" }));
    const release = made?.kind === "release" ? made.release.oid : "";
    const message = formatRetractionMessage({ model: "churn", version: "1.0.0", release, reason });
    const name = formatRetractionTag("churn@v1.0.0");
    repo.git("tag", "churn@v1.0.0-rc.1");
    repo.git("tag", "churn@v1.0.1");
    expect(tag(repo, name, message)).toMatchObject({ kind: "retraction", retraction: { release, reason, tag: name } });
    expect(repo.git("tag", "--list").split("\n").slice(0, 2)).toEqual(["churn@v1.0.0", name]);
  });
});

test.skipIf(isMissing("ssh-keygen"))("an ssh signature verifies and is no part of the payload", () => {
  const repo = createRepo();
  repo.commit("First");
  const key = join(scratchDir("key"), "id");
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f", key]);
  writeFileSync(`${key}.allowed`, `ada@example.org ${readFileSync(`${key}.pub`, "utf8")}`);
  repo.git("config", "gpg.ssh.allowedSignersFile", `${key}.allowed`);
  repo.git("config", "gpg.format", "ssh");
  repo.git("config", "user.signingKey", `${key}.pub`);
  const reading = tag(repo, "v1.0.0", formatReleaseMessage({ ...said, reason }), "-s");
  expect(reading).toMatchObject({ kind: "release", release: { ...said, reason, signed: true } });
  expect(repo.tryGit("verify-tag", "v1.0.0")).toMatchObject({ status: 0 });
});
