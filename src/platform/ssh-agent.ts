// Signs by the user's ssh-agent, which keeps the private key to itself (draft-miller-ssh-agent).
import { createConnection } from "node:net";

const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** An answer is a signature, or a byte that says no. */
const ANSWER_MAX_BYTES = 1 << 16;

/**
 * The signature blob over `data` by the key that the agent at `socket` holds. Null where there is no agent, it does not have the
 * key, or its user says no. Waits as long as the agent does: it may ask a person.
 */
export function signByAgent(socket: string, key: Buffer, data: Buffer): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const agent = createConnection(socket);
    const chunks: Buffer[] = [];
    const end = (answer: Buffer | null): void => {
      agent.destroy();
      resolve(answer);
    };
    agent.once("connect", () => {
      const body = Buffer.concat([Buffer.from([SIGN_REQUEST]), field(key), field(data), Buffer.alloc(4)]);
      agent.write(field(body));
    });
    agent.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < 4) return;
      const length = all.readUInt32BE(0);
      if (length > ANSWER_MAX_BYTES) return end(null);
      if (all.length < 4 + length) return;
      const answer = all.subarray(4, 4 + length);
      if (answer[0] !== SIGN_RESPONSE || answer.length < 5) return end(null);
      end(answer.subarray(5, 5 + answer.readUInt32BE(1)));
    });
    agent.once("error", () => end(null));
    agent.once("close", () => end(null));
  });
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
