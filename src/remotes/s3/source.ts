// The local file of an object that is sent.
import { closeSync, readSync } from "node:fs";
import { openRegular } from "../../platform/stat.ts";
import { wrongBytes } from "../object-errors.ts";
import type { Transfer } from "../remote.ts";

export interface Source {
  /** So many bytes from there on. Throws MvError bytes-wrong where the file has become shorter. */
  read(at: number, length: number): Buffer;
  close(): void;
}

/** The file of an object. Throws MvError bytes-wrong where it has another size. */
export function openSource(object: Transfer): Source {
  const { fd, stat } = openRegular(object.file);
  if (stat.size !== object.size) {
    closeSync(fd);
    throw wrongBytes(object);
  }
  return {
    read(at, length) {
      const buffer = Buffer.allocUnsafe(length);
      for (let done = 0; done < length;) {
        const count = readSync(fd, buffer, done, length - done, at + done);
        if (count === 0) throw wrongBytes(object);
        done += count;
      }
      return buffer;
    },
    close: () => closeSync(fd),
  };
}
