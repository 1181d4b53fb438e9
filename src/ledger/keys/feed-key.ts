// The form of a feed key, apart from what makes keys: a plan of a recorded observation needs no curve.
import { hasShape } from "../../core/index.ts";
import { FEED_KEY, type FeedKey } from "../../model/index.ts";

/** True when a text has the form of a feed key. */
export function isFeedKey(text: string): text is FeedKey {
  return hasShape(text, FEED_KEY);
}
