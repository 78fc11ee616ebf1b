// Objects to an LFS server: asked, sent, verified, and told to be there only when the server, asked again, wants them no more.
import { MvError } from "../../errors.ts";
import { wrongSize } from "../object-errors.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import type { ObjectAnswer } from "./answer.ts";
import { fileBody } from "./file-body.ts";
import { flow } from "./flow.ts";
import { act, type Host, isHeld, ownHeaders, refused, unanswered, type Wanted } from "./objects.ts";
import { refusal } from "./refusal.ts";

/** From here on an object is confirmed by itself, so that an interruption costs little. */
const LARGE = 8 * 1024 * 1024;

interface Portion {
  /** Small objects that are sent and not yet confirmed. */
  readonly sent: Transfer[];
  left: number;
}

/** Largest first, so that a size that the host does not take is refused before anything is sent. */
export async function sendObjects(host: Host, objects: readonly Transfer[], options: TransferOptions): Promise<void> {
  const { signal } = options;
  const sorted = objects.toSorted((a, b) => b.size - a.size);

  async function prepare(asked: readonly Transfer[]): Promise<(Wanted & { portion: Portion })[]> {
    // Whoever has asked which of them are there has been told where the others go.
    const known = options.areLacking === true ? host.batches.recall(asked) : new Map<string, ObjectAnswer>();
    const open = asked.filter(({ sha256 }) => !known.has(sha256));
    const answers = new Map([...known, ...(await host.batches.ask("upload", open, signal))]);
    const lacking = asked.flatMap((object) => {
      const answer = answers.get(object.sha256);
      requireTaken(host, object, answer);
      if (!isHeld(answer, object)) return [{ object, answer }];
      options.onDone?.(object);
      return [];
    });
    requireGoing(signal);
    const portion = { sent: [], left: lacking.length };
    return lacking.map((wanted) => ({ ...wanted, portion }));
  }

  await flow(host.batches.portions(sorted), prepare, {
    jobs: options.jobs,
    signal,
    async work({ portion, ...wanted }) {
      await sendOne(host, wanted, options);
      portion.left -= 1;
      if (wanted.object.size >= LARGE) await confirm(host, [wanted.object], options);
      else portion.sent.push(wanted.object);
      if (portion.left === 0) await confirm(host, portion.sent, options);
    },
  });
}

function requireTaken(host: Host, object: Transfer, answer: ObjectAnswer | undefined): asserts answer {
  if (answer === undefined) throw unanswered(host.peer, object);
  if (answer.error !== null) throw refused(host.peer, object, answer.error);
  if (answer.upload === null && answer.size !== object.size)
    throw wrongSize(host.peer.name, object, "mv push where the bytes are, to another remote");
}

async function sendOne(host: Host, wanted: Wanted, options: TransferOptions): Promise<void> {
  const { object } = wanted;
  let sent = 0;
  const takeBack = (): void => {
    options.onBytes?.(-sent);
    sent = 0;
  };
  const onBytes = (count: number): void => {
    sent += count;
    options.onBytes?.(count);
  };
  try {
    const done = await act(
      host,
      wanted,
      "upload",
      () => {
        takeBack();
        return { headers: { "Content-Type": "application/octet-stream" }, body: fileBody(object, onBytes) };
      },
      options.signal,
    );
    // Null: somebody else has sent it meanwhile, or the answer before was wrong; the confirmation tells.
    if (done === null) return;
    if (done.reply.status >= 300) throw await refusal(host.peer, done.reply, { sha256: object.sha256 });
    done.reply.body.resume();
    await verify(host, object, done.answer, options.signal);
  } catch (error) {
    takeBack();
    throw error;
  }
}

async function verify(host: Host, object: Transfer, answer: ObjectAnswer, signal?: AbortSignal): Promise<void> {
  const action = answer.verify;
  if (action === null) return;
  const reply = await host.server.web.ask({
    method: "POST",
    url: action.url,
    headers: {
      Accept: "application/vnd.git-lfs+json",
      "Content-Type": "application/vnd.git-lfs+json",
      ...(await ownHeaders(host, "upload", action, answer.authenticated)),
      ...action.headers,
    },
    body: Buffer.from(JSON.stringify({ oid: object.sha256, size: object.size })),
    signal,
  });
  if (reply.status < 300) {
    reply.body.resume();
    return;
  }
  // Not there, or not whole: on some servers for as long as another writer sends the same.
  const isPassing = reply.status === 404 || reply.status === 422;
  throw await refusal(host.peer, reply, { sha256: object.sha256, ...(isPassing ? { transient: true } : {}) });
}

async function confirm(host: Host, objects: readonly Transfer[], options: TransferOptions): Promise<void> {
  if (objects.length === 0) return;
  const answers = await host.batches.ask("upload", objects, options.signal);
  const open: Transfer[] = [];
  for (const object of objects) {
    requireGoing(options.signal);
    if (isHeld(answers.get(object.sha256), object)) options.onDone?.(object);
    else open.push(object);
  }
  const [first] = open;
  if (first === undefined) return;
  for (const { size } of open) options.onBytes?.(-size);
  const { name, url } = host.peer;
  throw new MvError(
    "push-incomplete",
    `${name}: ${url} took ${open.length} objects and has not got them afterwards, such as ${first.sha256.slice(0, 12)}`,
    {
      hint: `mv remote test ${name}`,
      details: { remote: name, objects: open.slice(0, 100).map(({ sha256 }) => sha256) },
    },
  );
}
