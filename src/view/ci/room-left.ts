// A report that is written up to a size and says what it leaves out.
import { utf8 } from "../../core/index.ts";

/** How much of a plan a report shows. */
export interface Limits {
  readonly bytesMax: number;
  readonly refusalsMax: number;
  readonly tableRowsMax: number;
  readonly visorLinesMax: number;
}

/** A report of limited size while it is written. UTF-8 bytes are counted: a text never has more characters. */
export interface Page {
  /** Adds a text that must be there. */
  add(text: string): void;
  /** Adds a text when it fits into what is left, but for `keepBytes`; says whether it did. */
  fits(text: string, keepBytes: number): boolean;
  text(): string;
}

/** Begins a report of at most `bytesMax` bytes. */
export function createPage(bytesMax: number): Page {
  const parts: string[] = [];
  let leftBytes = bytesMax;
  const add = (text: string): void => {
    parts.push(text);
    leftBytes -= utf8(text).length;
  };
  return {
    add,
    fits: (text, keepBytes) => {
      if (utf8(text).length > leftBytes - keepBytes) return false;
      add(text);
      return true;
    },
    text: () => parts.join(""),
  };
}

/** Adds items as long as there is room; returns how many it left out. */
export function addSome(
  page: Page,
  { items, itemsMax, keepBytes }: { items: readonly string[]; itemsMax: number; keepBytes: number },
): number {
  let shown = 0;
  for (const item of items.slice(0, itemsMax)) {
    if (!page.fits(item, keepBytes)) break;
    shown += 1;
  }
  return items.length - shown;
}
