// The form of a feed key, apart from what makes keys: a plan of a recorded observation needs no curve.
import type { FeedKey } from "../../model/index.ts";

/** True when a text has the form of a feed key. */
export function isFeedKey(text: string): text is FeedKey {
  return /^0[23][0-9a-f]{64}$/.test(text);
}
