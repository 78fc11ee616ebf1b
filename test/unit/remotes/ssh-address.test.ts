// ssh:// addresses, and which ssh program runs: both are given by files and variables that others may have written.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addressArgs, parseSshUrl } from "../../../src/remotes/ssh/address.ts";
import { sshProgram } from "../../../src/remotes/ssh/command.ts";
import { isMvError } from "../../../src/errors.ts";

const parse = (url: string): ReturnType<typeof parseSshUrl> => parseSshUrl("store", url);

test.for([
  ["ssh://host/models", { user: null, host: "host", port: null, path: "/models" }],
  ["SSH://ada@my_host.example:2222/srv/m/", { user: "ada", host: "my_host.example", port: 2222, path: "/srv/m" }],
  ["ssh://[::1]:22/m", { user: null, host: "::1", port: 22, path: "/m" }],
  ["ssh://host:/m", { user: null, host: "host", port: null, path: "/m" }],
  ["ssh://host/~/models/a", { user: null, host: "host", port: null, path: "models/a" }],
  ["ssh://host/my%20models", { user: null, host: "host", port: null, path: "/my models" }],
  ["ssh://host/100%", { user: null, host: "host", port: null, path: "/100%" }],
  ["ssh://host/Modelle für alle", { user: null, host: "host", port: null, path: "/Modelle für alle" }],
] as const)("%s is read", ([url, address]) => {
  expect(parse(url)).toEqual(address);
});

test.for([
  ["ssh://host", "the path of the store is missing"],
  ["ssh://host/", "the path of the store is missing"],
  ["ssh:///models", "the host is missing"],
  ["ssh://@host/m", "the user is missing"],
  ["ssh://-oProxyCommand=x/m", "the host starts with '-'"],
  ["ssh://%2DoProxyCommand=x/m", "the host starts with '-'"],
  ["ssh://-l@host/m", "the user starts with '-'"],
  ["ssh://host;touch x/m", "the host has a character that no host has"],
  ["ssh://$(touch%20x)/m", "the host has a character that no host has"],
  ["ssh://`x`@host/m", "the user has a character that no user has"],
  ["ssh://host:99999/m", "there is no port 99999"],
  ["ssh://host/a%0Ab", "the path has a control character"],
  ["ssh://host/~", "the home folder itself is no place for a store"],
  ["ssh://host/~ada/m", "another user's home folder cannot be named"],
  ["ssh:host/m", "the host is missing"],
] as const)("%s is refused", ([url, why]) => {
  expect(() => parse(url)).toThrowError(
    expect.objectContaining({ code: "usage", message: expect.stringContaining(why) }),
  );
});

test("no address becomes an option of ssh", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary-ascii" }), (host, path) => {
      try {
        const args = addressArgs(parse(`ssh://${host}/${path}`));
        const at = args.indexOf("--");
        expect(
          args.slice(0, at).every((arg, i) => (i % 2 === 0 ? ["-p", "-l"].includes(arg) : !arg.startsWith("-"))),
        ).toBe(true);
        expect(args.slice(at + 1)).toHaveLength(1);
        expect(args[at + 1]).not.toMatch(/^-|[\s'"`$;|&<>()]/);
      } catch (error) {
        if (!isMvError(error)) throw error;
      }
    }),
  );
});

const program = (env: NodeJS.ProcessEnv, config: string | null = null): ReturnType<typeof sshProgram> =>
  sshProgram({ env, gitConfig: async (key) => (key === "core.sshCommand" ? config : null) });

test("the program is the one that Git would start", async () => {
  expect(await program({})).toEqual({ program: "ssh", args: [] });
  expect(await program({ GIT_SSH: "/opt/my ssh" })).toEqual({ program: "/opt/my ssh", args: [] });
  expect(await program({ GIT_SSH: "x" }, "ssh -i key")).toEqual({ program: "ssh", args: ["-i", "key"] });
  expect(await program({ GIT_SSH_COMMAND: "a" }, "b")).toEqual({ program: "a", args: [] });
});

test("its words are split as a shell splits them, without one", async () => {
  const line = `  ssh -i ~/.ssh/id -o "User Known=a \\"b\\"" 'it is'\\ one -o a=~/b  `;
  expect(await program({ HOME: "/home/ada", GIT_SSH_COMMAND: line })).toEqual({
    program: "ssh",
    args: ["-i", "/home/ada/.ssh/id", "-o", 'User Known=a "b"', "it is one", "-o", "a=~/b"],
  });
});

test.for(["ssh; touch x", "ssh $(x)", 'ssh "$HOME"', "ssh | tee", "ssh 'open", "   ", "a > b"])(
  "%s needs a shell, or is none",
  async (line) => {
    await expect(program({ GIT_SSH_COMMAND: line })).rejects.toMatchObject({ code: "usage" });
  },
);
