// OpenSSH's own server on loopback, with keys of its own, and an ssh of the user's that knows only it.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface Sshd {
  readonly port: number;
  /** Keys, config and known hosts: the client's side too. */
  readonly dir: string;
  /** `ssh://127.0.0.1:PORT` + path. */
  url(path: string): string;
  /** The environment of a user whose key the server knows, and who knows the server's. */
  readonly env: NodeJS.ProcessEnv;
  /** Writes the client's config anew: lines above what reaches this server. */
  configure(lines: string): void;
  /** Ends every connection that is open, as a reboot would; the server goes on. */
  drop(): void;
  stop(): Promise<void>;
}

const PROGRAM = "/usr/sbin/sshd";

export function hasSshd(): boolean {
  return existsSync(PROGRAM);
}

/** Starts the server. `lines` go into its config. */
export async function startSshd(lines = "Subsystem sftp internal-sftp"): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), "mv-sshd-"));
  for (const key of ["host", "user", "stranger"]) makeKey(join(dir, key));
  const port = await freePort();
  // Where it may separate privileges it insists on this folder.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  writeFileSync(join(dir, "authorized_keys"), readFileSync(join(dir, "user.pub")));
  writeFileSync(
    join(dir, "sshd_config"),
    `ListenAddress 127.0.0.1
Port ${port}
HostKey ${dir}/host
PidFile ${dir}/pid
AuthorizedKeysFile ${dir}/authorized_keys
AuthenticationMethods publickey
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
MaxStartups 100
${lines}
`,
  );
  writeFileSync(join(dir, "known_hosts"), `[127.0.0.1]:${port} ${readFileSync(join(dir, "host.pub"), "utf8")}`);
  const server = spawn(PROGRAM, ["-D", "-e", "-f", join(dir, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  await answers(port, server, () => said);
  const configure = (config: string): void => {
    writeFileSync(
      join(dir, "config"),
      `${config}
Host *
  IdentityFile ${dir}/user
  IdentitiesOnly yes
  UserKnownHostsFile ${dir}/known_hosts
  GlobalKnownHostsFile /dev/null
`,
    );
  };
  configure("");
  return {
    port,
    dir,
    url: (path) => `ssh://127.0.0.1:${port}${path}`,
    env: { PATH: process.env["PATH"], HOME: dir, GIT_SSH_COMMAND: `ssh -F ${join(dir, "config")}` },
    configure,
    drop() {
      for (const pid of childrenOf(server.pid ?? 0)) process.kill(pid, "SIGKILL");
    },
    async stop() {
      for (const pid of childrenOf(server.pid ?? 0)) process.kill(pid, "SIGKILL");
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once("exit", resolve));
        server.kill();
        await ended;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The server's processes for the connections that are open. */
function childrenOf(pid: number): number[] {
  try {
    const listed = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
    return listed.split("\n").map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

export function makeKey(path: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `mversion@${userInfo().username}`, "-f", path]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function answers(port: number, server: ChildProcess, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${said()}`);
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(socket.destroy() !== null));
      socket.once("error", () => resolve(false));
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd does not answer: ${said()}`);
}
