// The newest Root of a feed that a relay shows, proved to be the feed's.
import { FleetError, hasCode } from "../core/index.ts";
import { type Connection, previewFeed, type SignedRoot } from "../skywire/cxo/index.ts";

const LIES = ["cxo/signature", "cxo/root", "cxo/truncated", "cxo/trailing", "cxo/answer"];

/**
 * The last full Root of a feed that a relay shows, proved to be the feed's; asks without subscribing.
 * @param relay how the relay is called in errors
 * @returns `undefined` when it has none
 * @throws FleetError relay/malformed for something that is no Root of the feed; relay/lost
 */
export async function shownRoot(
  connection: Connection,
  feed: Uint8Array,
  relay: string,
): Promise<SignedRoot | undefined> {
  try {
    return await previewFeed(connection, feed);
  } catch (cause) {
    if (LIES.some((code) => hasCode(cause, code)))
      throw new FleetError("relay/malformed", `${relay} shows what is no Root of the feed`, {
        cause,
        next: "take the feed from another relay, and do not trust this one",
      });
    throw new FleetError("relay/lost", `${relay} did not say which Root it has`, {
      cause,
      next: "look whether the relay runs, then try again",
    });
  }
}
