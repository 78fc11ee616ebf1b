// A proxy of HTTP on loopback, as companies run them: whole addresses in the request line, CONNECT for what is encrypted.
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

export interface Proxy {
  /** With the login that it wants. */
  readonly url: string;
  /** "GET http://host/path" and "CONNECT host:443", oldest first. */
  readonly asked: string[];
  close(): Promise<void>;
}

const LOGIN = "ada:s3cret";

export async function startProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const isLetIn = ({ headers }: IncomingMessage): boolean =>
    headers["proxy-authorization"] === `Basic ${Buffer.from(LOGIN).toString("base64")}`;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.method} ${request.url}`);
    if (!isLetIn(request)) return void response.writeHead(407).end();
    const { "proxy-authorization": _, ...headers } = request.headers;
    const onwards = ask(new URL(request.url ?? ""), { method: request.method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    onwards.on("error", () => response.writeHead(502).end());
    request.pipe(onwards);
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    asked.push(`CONNECT ${request.url}`);
    if (!isLetIn(request)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const onwards = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onwards.pipe(socket).pipe(onwards);
    });
    const end = (): void => void (socket.destroy(), onwards.destroy());
    onwards.on("error", end);
    socket.on("error", end);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://${LOGIN}@127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
