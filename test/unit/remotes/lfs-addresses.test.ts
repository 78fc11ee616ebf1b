// Where a Git repository's LFS server is, and which links of a server's are followed.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gitRemoteOf, isLfs, namedServer, serverOf } from "../../../src/remotes/lfs/addresses.ts";
import { mayFollow } from "../../../src/remotes/web/address.ts";

test.for([
  ["https://forge.example/team/churn.git", "https://forge.example/team/churn.git/info/lfs"],
  ["https://forge.example/team/churn", "https://forge.example/team/churn.git/info/lfs"],
  ["https://forge.example/team/churn/", "https://forge.example/team/churn.git/info/lfs"],
  ["https://ada:secret@forge.example:8443/churn.git?x#y", "https://forge.example:8443/churn.git/info/lfs"],
  ["http://forge.example/churn.git", "http://forge.example/churn.git/info/lfs"],
  ["git@forge.example:team/churn.git", "https://forge.example/team/churn.git/info/lfs"],
  ["ssh://git@forge.example:2222/team/churn.git", "https://forge.example/team/churn.git/info/lfs"],
  ["git+ssh://forge.example/churn", "https://forge.example/churn.git/info/lfs"],
  ["git://forge.example/churn.git", "https://forge.example/churn.git/info/lfs"],
] as const)("%s", ([address, base]) => {
  expect(serverOf(address)?.base.href).toBe(base);
});

test("ssh keeps what git-lfs-authenticate needs", () => {
  expect(serverOf("ssh://git@forge.example:2222/team/a%20b.git")?.ssh).toEqual({
    user: "git",
    host: "forge.example",
    port: 2222,
    path: "/team/a b.git",
  });
  expect(serverOf("git@forge.example:team/churn.git")?.ssh).toEqual({
    user: "git",
    host: "forge.example",
    port: null,
    path: "team/churn.git",
  });
});

test("a login is kept beside the address", () => {
  expect(serverOf("https://ada:a%20secret@forge.example/churn")?.login).toEqual({
    username: "ada",
    password: "a secret",
  });
  expect(serverOf("https://ada@forge.example/churn")?.login).toEqual({ username: "ada", password: null });
});

test.for([
  "/srv/git/churn.git",
  "../churn.git",
  "file:///srv/git/churn.git",
  "C:\\git\\churn",
  "C:/git/churn",
  "ext::sh -c x",
  "-oProxyCommand=x:team",
  "git@-oProxyCommand=x:team",
  "ssh://-oProxyCommand=x/team",
  "ssh://$(x)@host/team",
  "git@host:-x",
  "https://forge.example/a\nb",
  "",
])("%j has no LFS server", (address) => {
  expect(serverOf(address)).toBeNull();
});

test("an address that names a server is taken as it is, and a repository's is not", () => {
  expect(namedServer("https://lfs.example/team/churn/")?.base.href).toBe("https://lfs.example/team/churn");
  expect(namedServer("https://forge.example/churn.git/info/lfs")?.base.href).toBe(
    "https://forge.example/churn.git/info/lfs",
  );
  expect(namedServer("https://forge.example/churn.git")?.base.href).toBe("https://forge.example/churn.git/info/lfs");
});

test("a link is followed by HTTP alone, and never out of encryption but to this machine", () => {
  const [secure, plain] = [new URL("https://forge.example/x"), new URL("http://127.0.0.1:8000/x")];
  expect(mayFollow(secure, "https://bucket.example/o")?.href).toBe("https://bucket.example/o");
  expect(mayFollow(secure, "/o")?.href).toBe("https://forge.example/o");
  expect(mayFollow(secure, "http://localhost:9000/o")).not.toBeNull();
  expect(mayFollow(plain, "http://127.0.0.1:9000/o")).not.toBeNull();
  for (const target of [
    "http://bucket.example/o",
    "file:///etc/passwd",
    "ftp://x/o",
    "javascript:1",
    "http://",
    "https://a b/",
  ]) {
    expect(mayFollow(secure, target)).toBeNull();
  }
});

test("which addresses of the settings are LFS, and whose", () => {
  expect(["lfs", "lfs:forge", "lfs+https://x/y", "s3://lfs", "lfsx://y", "/lfs"].map(isLfs)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(["lfs", "lfs:", "lfs:forge", "lfs+https://x/y"].map(gitRemoteOf)).toEqual(["origin", "origin", "forge", null]);
});

test("no text breaks it, and no server is found that starts with an option", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `ssh://${text}`),
      ),
      (text) => {
        const found = serverOf(text);
        expect(found?.ssh?.host.startsWith("-") ?? false).toBe(false);
        expect(found?.ssh?.user?.startsWith("-") ?? false).toBe(false);
        expect(found === null || ["http:", "https:"].includes(found.base.protocol)).toBe(true);
      },
    ),
  );
});
