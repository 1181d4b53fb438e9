// Files that remember whether anything was written to them, for what is said when a command is interrupted.
import type { Files } from "../../core/index.ts";

/** Methods that leave every file as it is. */
const READS: ReadonlySet<keyof Files> = new Set(["read", "openRead", "list", "stat", "realPath"]);

/** The same files, and whether one of them was to be changed since. */
export function watchedFiles(files: Files): {
  readonly files: Files;
  readonly hasWritten: () => boolean;
} {
  let wasWritten = false;
  const watched = new Proxy(files, {
    get: (target, name: keyof Files) => {
      if (typeof target[name] === "function" && !READS.has(name)) {
        return (...args: readonly unknown[]): unknown => {
          wasWritten = true;
          return Reflect.apply(target[name], target, args);
        };
      }
      return target[name];
    },
  });
  return { files: watched, hasWritten: () => wasWritten };
}
