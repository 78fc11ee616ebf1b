// Asks a Python interpreter who it is: one isolated run without site-packages, so that no installed code is executed.
import { execFile } from "node:child_process";

interface Answer {
  version: string;
  implementation: string;
  /** sys.executable: the real interpreter behind a shim. */
  executable: string;
  /** Where pip puts distributions (sysconfig's purelib and platlib). */
  siteFolders: string[];
}

/** An interpreter starts in 20 ms; a cold disk or a shim may need a second or two. */
const TIMEOUT_MS = 5000;

const QUESTION = [
  "import sys, sysconfig",
  "names = {'cpython': 'CPython', 'pypy': 'PyPy', 'graalpy': 'GraalVM'}",
  "name = sys.implementation.name",
  "paths = sysconfig.get_paths()",
  "print('\\n'.join([sys.version.split()[0], names.get(name, name), sys.executable, paths['purelib'], paths['platlib']]))",
].join("\n");

/** Runs the interpreter in `folder` (shims choose by it), without a shell. Returns its answer, or in words why there is none. */
export function askInterpreter(
  executable: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Answer | { why: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env, timeout: TIMEOUT_MS, maxBuffer: 65_536, windowsHide: true } as const;
    const child = execFile(executable, ["-I", "-S", "-c", QUESTION], options, (error, stdout, stderr) => {
      const [version, implementation, real, ...folders] = stdout.split(/\r?\n/);
      if (error?.killed) resolve({ why: `no answer within ${TIMEOUT_MS / 1000} s` });
      else if (error) resolve({ why: complaint(stderr) || String(error.code ?? error.message) });
      else if (!version || !implementation || !/^\d+\.\d+/.test(version))
        resolve({ why: "not a Python 3 interpreter" });
      else {
        const siteFolders = [...new Set(folders.filter(Boolean))];
        // A development build says "3.14.0a1+".
        resolve({ version: version.replace(/\+$/, ""), implementation, executable: real || executable, siteFolders });
      }
    });
    child.stdin?.end();
  });
}

/** The line that says why: the last of a traceback, the first of anything else. */
function complaint(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return (lines[0]?.startsWith("Traceback") ? lines.at(-1) : lines[0])?.trim() ?? "";
}
