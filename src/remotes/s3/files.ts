// The named files of a bucket, read and written whole. Their ETag tells one state from another.
import { MvError } from "../../errors.ts";
import { filePath } from "../layout.ts";
import type { MarkedFile, Remote } from "../remote.ts";
import type { Bucket } from "./bucket.ts";
import { createConditions } from "./conditions.ts";
import { headKey, listKeys, put, readKey, removeKey } from "./keys.ts";

type Files = Pick<Remote, "readFile" | "writeFile" | "listFiles" | "removeFile">;

export function createBucketFiles(bucket: Bucket): Files {
  const conditions = createConditions(bucket);

  async function readFile(path: string, maxBytes: number): Promise<MarkedFile | null> {
    const found = await readKey(bucket, filePath(path), maxBytes);
    if (found !== "too-big") return found;
    throw new MvError("invalid-file", `${bucket.name}: ${path} is larger than ${maxBytes} bytes`, {
      details: { remote: bucket.name, path },
    });
  }

  return {
    readFile,
    async writeFile(path, bytes, expect) {
      filePath(path);
      if (expect === undefined) return put(bucket, path, bytes, undefined);
      if (await conditions.areKept()) {
        return put(bucket, path, bytes, expect === null ? { "if-none-match": "*" } : { "if-match": expect });
      }
      return conditions.alone(path, async () => {
        const now = await headKey(bucket, path);
        return (now?.mark ?? null) === expect && put(bucket, path, bytes, undefined);
      });
    },
    async listFiles(folder) {
      const paths: string[] = [];
      for await (const { path } of listKeys(bucket, `${filePath(folder)}/`)) paths.push(path);
      return paths.toSorted();
    },
    async removeFile(path) {
      await removeKey(bucket, filePath(path));
    },
  };
}
