// Reading a segment from its beginning, over damaged stretches to the next whole record.
import { concatBytes, type ReadFile } from "../core/index.ts";
import { type DiskRecord, lookAtRecord, nextMagic } from "./disk-record.ts";

/** What a segment holds, in order: records, and stretches that are none. */
export type ScanStep =
  | { readonly kind: "record"; readonly record: DiskRecord; readonly offset: number }
  | { readonly kind: "gap"; readonly offset: number };

const READ_SIZE: number = 1024 * 1024;
/** A magic may lie across the end of what was read. */
const MAGIC_REST = 3;

/**
 * Reads the first `size` bytes of a segment from their beginning, and goes on behind damage where the next whole record begins.
 * Holds one record and what was read ahead.
 */
export async function* scanDiskSegment(
  file: ReadFile,
  size: number,
): AsyncGenerator<ScanStep, void, void> {
  let at = 0;
  let bytes: Uint8Array = new Uint8Array();
  let isInGap = false;
  while (at < size) {
    const look = lookAtRecord(bytes);
    if (look.kind === "record") {
      yield { kind: "record", record: look.record, offset: at };
      isInGap = false;
      at += look.sizeBytes;
      bytes = bytes.subarray(look.sizeBytes);
    } else if (look.kind === "more" && at + look.sizeBytes <= size) {
      const ahead = Math.max(look.sizeBytes - bytes.length, READ_SIZE);
      const wanted = Math.min(ahead, size - at - bytes.length);
      const more = await file.read(at + bytes.length, wanted);
      if (more.length === 0) return;
      bytes = concatBytes(bytes, more);
    } else {
      if (!isInGap) yield { kind: "gap", offset: at };
      isInGap = true;
      const skipped = nextMagic(bytes) ?? Math.max(1, bytes.length - MAGIC_REST);
      at += skipped;
      bytes = bytes.subarray(skipped);
    }
  }
}
