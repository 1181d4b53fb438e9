import { describe, expect, it } from "vitest";
import {
  APPENDS,
  changed,
  faultsOf,
  outcome,
  SEGMENT,
  smallStore,
} from "../../support/damaged-store.ts";

const MINUTE_MS = 60_000;

describe("a store that something changed", () => {
  it(
    "names a segment cut at any byte, and cuts nothing more",
    async () => {
      const { files } = await smallStore(APPENDS.slice(0, 1));
      const size = files.files.get(SEGMENT)?.bytes.length ?? 0;
      for (let kept = 0; kept < size; kept += 1) {
        const bad = changed(files, SEGMENT, (bytes) => bytes.slice(0, kept));
        expect(await outcome(bad), `${kept} bytes`).toBe("ledger/damaged");
        expect(await faultsOf(bad), `${kept} bytes`).not.toEqual([]);
      }
    },
    5 * MINUTE_MS,
  );
});
