// The front of test/helpers/lfs-host.ts, in a process of its own: tests run git synchronously. Prints its port when it listens.
//   node lfs-front.js ROOT PORT AUTHORIZATION: Git repositories below ROOT, `/info/lfs` from the server on PORT
import { spawn } from "node:child_process";
import { createServer, request } from "node:http";

const [root = "", port = "", authorization = ""] = process.argv.slice(2);

const server = createServer((incoming, outgoing) => {
  if ((incoming.url ?? "").includes(".git/info/lfs/")) forward(incoming, outgoing);
  else if (incoming.headers.authorization === authorization) serveGit(incoming, outgoing);
  else outgoing.writeHead(401, { "WWW-Authenticate": 'Basic realm="team"' }).end();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
// The test that started it has ended, however it ended.
process.stdin.on("end", () => process.exit(0)).resume();

/**
 * To the LFS server under the name it was asked by, so that its links lead back here.
 * @param {import("node:http").IncomingMessage} incoming
 * @param {import("node:http").ServerResponse} outgoing
 */
function forward(incoming, outgoing) {
  const { method, url: path, headers } = incoming;
  const asked = request({ host: "127.0.0.1", port: Number(port), method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  asked.on("error", () => outgoing.destroy());
  outgoing.on("close", () => asked.destroy());
  incoming.pipe(asked);
}

/**
 * CGI (RFC 3875), as far as `git http-backend` needs it.
 * @param {import("node:http").IncomingMessage} incoming
 * @param {import("node:http").ServerResponse} outgoing
 */
function serveGit(incoming, outgoing) {
  const url = new URL(incoming.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: String(incoming.headers["git-protocol"] ?? ""),
      REQUEST_METHOD: incoming.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: incoming.headers["content-type"] ?? "",
      CONTENT_LENGTH: incoming.headers["content-length"],
      HTTP_CONTENT_ENCODING: String(incoming.headers["content-encoding"] ?? ""),
      REMOTE_USER: "ada",
    },
  });
  incoming.pipe(child.stdin);
  child.stdin.on("error", () => undefined);
  /** @type {Buffer | null} */
  let head = Buffer.alloc(0);
  child.stdout.on("data", (/** @type {Buffer} */ chunk) => {
    if (head === null) {
      outgoing.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.subarray(0, end).toString().split("\r\n");
    const headers = Object.fromEntries(lines.map((line) => line.split(/:\s*(.*)/s, 2)));
    outgoing.writeHead(Number.parseInt(headers["Status"] ?? "200", 10), headers);
    outgoing.write(head.subarray(end + 4));
    head = null;
  });
  child.on("close", () => outgoing.end());
}
