import { describe, expect, it } from "vitest";
import {
  APPENDS,
  changed,
  faultsOf,
  flipped,
  outcome,
  SEGMENT,
  smallStore,
} from "../../support/damaged-store.ts";

const MINUTE_MS = 60_000;

describe("a store that something changed", () => {
  it(
    "names a bit flipped in any byte of the segment, and cuts nothing",
    async () => {
      const { files } = await smallStore(APPENDS.slice(0, 1));
      const size = files.files.get(SEGMENT)?.bytes.length ?? 0;
      for (let at = 0; at < size; at += 1) {
        const bad = changed(files, SEGMENT, flipped(at));
        expect(await outcome(bad), `byte ${at}`).toMatch(/^ledger\/(damaged|other-key|version)$/);
        expect(await faultsOf(bad), `byte ${at}`).not.toEqual([]);
      }
    },
    5 * MINUTE_MS,
  );
});
