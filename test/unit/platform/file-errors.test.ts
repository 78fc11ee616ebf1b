import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { readError, writeError } from "../../../src/platform/file-errors.ts";

const failed = (code: string): Error => Object.assign(new Error(code), { code, syscall: "write" });

describe("what the system says", () => {
  test.each(["EACCES", "EPERM", "EROFS", "EIO", "EMFILE", "ENFILE", "ESTALE"])("%s names the next step", (code) => {
    for (const [error, kind] of [
      [writeError(failed(code), "/m/a"), "no-write"],
      [readError(failed(code), "/m/a"), "no-read"],
    ] as const) {
      expect(error).toMatchObject({ code: kind, message: expect.stringContaining("/m/a cannot be ") as string });
      expect(isMvError(error) && error.hint).toMatch(/\w/);
    }
  });

  test.each(["ENOSPC", "EDQUOT", "EFBIG"])("%s names what frees space", (code) => {
    expect(writeError(failed(code), "/m/a")).toMatchObject({
      code: "no-space",
      hint: expect.stringMatching(/mv gc/) as string,
    });
  });

  test.each(["EACCES", "ENOSPC"])("%s at a temp file names what was to be written", (code) => {
    const temp = "/m/.mv-1-0123456789ab-1.tmp";
    const said = (error: unknown, path: string): unknown =>
      expect(writeError(error, path)).toMatchObject({ details: { path: path === temp ? "/m" : path } });
    said(Object.assign(failed(code), { path: temp }), "/m/a");
    said(Object.assign(failed(code), { path: `${temp}/0` }), "/m/a");
    said(Object.assign(failed(code), { path: temp }), temp);
  });

  test("what is no refusal of the system comes back as it is", () => {
    const error = failed("ENOTEMPTY");
    expect(writeError(error, "/m/a")).toBe(error);
    expect(readError(error, "/m/a")).toBe(error);
  });
});
