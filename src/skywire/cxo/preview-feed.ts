// Asks a peer for the last Root of a feed, without subscribing.
import { equalBytes, FleetError } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import type { SignedRoot } from "./feed-table.ts";
import type { SentRoot } from "./message.ts";
import { proveRoot } from "./root-intake.ts";

/** What a peer showed last; one that is waited for shows the same Root again and again. */
const proved = new WeakMap<Connection, SignedRoot>();

/**
 * Asks a peer for its last full Root of a feed. Works without subscribing.
 * @returns `undefined` when the peer has none
 * @throws FleetError cxo/signature, cxo/root when what it shows is no Root of the feed; cxo/answer, cxo/timeout, cxo/closed
 */
export async function previewFeed(
  connection: Connection,
  feed: Uint8Array,
): Promise<SignedRoot | undefined> {
  const answer = await connection.request({ type: "RqPreview", feed });
  if (answer.type === "Err") return undefined;
  if (answer.type !== "Root")
    throw new FleetError("cxo/answer", `the peer answered RqPreview with ${answer.type}`);
  if (!equalBytes(answer.feed, feed))
    throw new FleetError("cxo/root", "the peer showed a Root of another feed");
  const known = proved.get(connection);
  if (known !== undefined && isSameMessage(known.sent, answer)) return known;
  const signed = proveRoot(answer);
  proved.set(connection, signed);
  return signed;
}

function isSameMessage(left: SentRoot, right: SentRoot): boolean {
  return (
    equalBytes(left.feed, right.feed) &&
    left.nonce === right.nonce &&
    left.seq === right.seq &&
    equalBytes(left.value, right.value) &&
    equalBytes(left.signature, right.signature)
  );
}
