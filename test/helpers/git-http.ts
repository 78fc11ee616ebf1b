// Git over HTTP on loopback: Git's own http-backend behind a small CGI server (git-http-backend(1)).
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { testEnv } from "./git.ts";

export interface GitServer {
  /** Of the folder that is served: `${url}/repo.git` is a repository in it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Serving {
  /** For writing too. */
  push?: boolean;
  /** "ada:secret": nobody else is let in (HTTP basic authentication). */
  user?: string;
}

/** Serves the repositories in a folder. */
export async function serveGit(folder: string, { push = false, user }: Serving = {}): Promise<GitServer> {
  const expected = user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`;
  const server = createServer((request, response) => {
    if (expected === undefined || request.headers.authorization === expected) {
      return answer(folder, push, request, response);
    }
    response.writeHead(401, { "www-authenticate": 'Basic realm="Git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(folder: string, push: boolean, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
  const env = testEnv({
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method ?? "GET",
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    ...(push ? { REMOTE_USER: "ada" } : {}),
  });
  const child = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  let begun = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (begun) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    begun = true;
    for (const line of head.subarray(0, end).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(/: (.*)/s);
      if (name.toLowerCase() === "status") response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
  });
  child.once("close", () => {
    if (!begun) response.statusCode = 500;
    response.end();
  });
}
