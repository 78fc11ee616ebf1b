// Starts ssh-keygen and gpg, which say of a signature what it is worth.
import { spawn } from "node:child_process";
import { MvError } from "../../errors.ts";

export interface Said {
  status: number;
  stdout: string;
  /** The last line of stderr, without the program's own prefix. */
  words: string;
}

/** Runs a program to its end, whatever its status. Throws MvError "signature" where it cannot be started. */
export function say(program: string, args: readonly string[], input: Uint8Array | null): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
      windowsHide: true,
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.once("error", (cause) => {
      const message = `Signatures cannot be checked: ${program} cannot be started: ${cause.message}`;
      reject(new MvError("signature", message, { hint: "install OpenSSH (8.9 or newer) and GnuPG", cause }));
    });
    child.once("close", (status) => {
      const lines = Buffer.concat(err).toString("utf8").trim().split("\n");
      const words = (lines.at(-1) ?? "").replace(/^.*?allowed:(\d+): /, "line $1: ").trim();
      resolve({ status: status ?? 128, stdout: Buffer.concat(out).toString("utf8"), words });
    });
    // One that ends before it has read everything says why on stderr.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? undefined);
  });
}
