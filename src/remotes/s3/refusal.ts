// The answer of an S3 server that refuses, as an error of the SDK's shape, so that failure.ts reads both alike. Source:
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { readAll, type Reply } from "../web/client.ts";

const MAX_BYTES = 64 * 1024;

/** Reads the body. An answer to HEAD has none, so its error has neither a name nor words. */
export async function refusalOf(reply: Reply): Promise<Error> {
  const bytes = await readAll(reply.body, MAX_BYTES).catch(() => null);
  const text = bytes?.toString("utf8") ?? "";
  const code = field(text, "Code");
  const region = field(text, "Region");
  return Object.assign(new Error(field(text, "Message") || "UnknownError"), {
    name: /^\w+$/.test(code) ? code : "UnknownError",
    $metadata: { httpStatusCode: reply.status },
    $response: { statusCode: reply.status, headers: reply.headers },
    ...(region === "" ? {} : { Region: region }),
  });
}

/** The text of the first element of that name; "" where there is none, or it holds more than text. */
function field(text: string, name: string): string {
  const [, value = ""] = new RegExp(`<${name}>([^<]{0,1000})</${name}>`).exec(text) ?? [];
  return value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => ENTITIES[entity] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
