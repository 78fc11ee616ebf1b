// A static web server of the tests' own, which does right until a test tells it what to do wrong.
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { hash } from "node:crypto";
import { join } from "node:path";

/** Answers a request in place of the server; false: the server answers as it should. */
export type Fault = (request: IncomingMessage, response: ServerResponse, file: Buffer | null) => boolean;

export interface WebServer {
  readonly url: string;
  readonly port: number;
  /** What was asked, oldest first. */
  readonly requests: { method: string; path: string; headers: IncomingMessage["headers"] }[];
  /** Set by a test; asked for every request. */
  fault: Fault | null;
  close(): Promise<void>;
}

/** Serves the files of a folder with ranges (RFC 9110, 14), ETags and If-Range. */
export async function startWebServer(root: string): Promise<WebServer> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    state.requests.push({ method: request.method ?? "", path, headers: request.headers });
    const name = join(root, path);
    const file = statSync(name, { throwIfNoEntry: false })?.isFile() ? readFileSync(name) : null;
    if (state.fault?.(request, response, file) !== true) serve(request, response, file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const state: WebServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    fault: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}

function serve(request: IncomingMessage, response: ServerResponse, file: Buffer | null): void {
  if (file === null) {
    response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
    return;
  }
  const etag = `"${hash("sha256", file).slice(0, 16)}"`;
  const whole = { etag, "accept-ranges": "bytes", "content-length": file.length };
  const range = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const [, from] = (range && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "")) || [];
  if (request.method === "HEAD") response.writeHead(200, whole).end();
  else if (from === undefined) response.writeHead(200, whole).end(file);
  else if (Number(from) >= file.length) response.writeHead(416, { "content-range": `bytes */${file.length}` }).end();
  else {
    const [, , to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const end = to === "" ? file.length : Math.min(Number(to) + 1, file.length);
    const part = file.subarray(Number(from), end);
    response
      .writeHead(206, {
        etag,
        "content-length": part.length,
        "content-range": `bytes ${from}-${end - 1}/${file.length}`,
      })
      .end(part);
  }
}
