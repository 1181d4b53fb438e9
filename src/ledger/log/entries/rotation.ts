// The entries that hand a ledger over to new keys or to another feed, and their proofs.
import {
  concatBytes,
  FleetError,
  fromHex,
  type OperatorKey,
  operatorKeyBytes,
  sha256,
  toHex,
  verifyEd25519,
} from "../../../core/index.ts";
import { verifySignature } from "../../../skywire/cxo/index.ts";
import type { FeedKey, OperatorKeys, WriterKeys } from "../../keys/index.ts";
import type { MovedPayload, RotatePayload } from "./payloads.ts";
import { preAuthentication } from "./signing.ts";

const ROTATE_TYPE = "application/vnd.skywire-fleet.rotate.v1";
const MOVED_TYPE = "application/vnd.skywire-fleet.moved.v1";

/**
 * Makes the entry that hands a ledger over to the writer's next keys: signed by them here, and by the
 * old ones as an entry. The feed stays.
 */
export function makeRotate(keys: OperatorKeys, next: OperatorKeys): RotatePayload {
  const names = { ed25519: next.operator, x25519: next.seal };
  return { ...names, proof: toHex(next.sign(rotateBody(keys.feed, keys.operator, names))) };
}

/**
 * Proves that the new keys of a rotation belong to somebody who holds them, and gives them.
 * @throws FleetError ledger/rotate
 */
export function verifyRotate(rotate: RotatePayload, feed: FeedKey, writer: WriterKeys): WriterKeys {
  if (rotate.ed25519 === writer.operator && rotate.x25519 === writer.seal)
    throw new FleetError("ledger/rotate", "the rotation is refused: it names the keys of before");
  const message = rotateBody(feed, writer.operator, rotate);
  if (!verifyEd25519(rotate.ed25519, message, fromHex(rotate.proof)))
    throw new FleetError(
      "ledger/rotate",
      "the rotation is refused: the new ed25519 key does not vouch for it",
    );
  return { operator: rotate.ed25519, seal: rotate.x25519 };
}

/** Makes the entry that ends a ledger: `next` are the same operator's keys with another feed. */
export function makeMoved(keys: OperatorKeys, next: OperatorKeys): MovedPayload {
  return {
    feed: next.feed,
    proof: toHex(next.signFeed(sha256(movedBody(keys.feed, keys.operator)))),
  };
}

/**
 * Proves that the feed a ledger moved to belongs to somebody who holds its key.
 * @throws FleetError ledger/moved
 */
export function verifyMoved(moved: MovedPayload, feed: FeedKey, operator: OperatorKey): void {
  if (moved.feed === feed)
    throw new FleetError("ledger/moved", "the move is refused: it names the feed it stands in");
  const hash = sha256(movedBody(feed, operator));
  try {
    verifySignature(hash, fromHex(moved.proof), fromHex(moved.feed));
  } catch (cause) {
    throw new FleetError(
      "ledger/moved",
      "the move is refused: the new feed does not vouch for it",
      {
        cause,
      },
    );
  }
}

function rotateBody(
  feed: FeedKey,
  old: OperatorKey,
  { ed25519, x25519 }: Pick<RotatePayload, "ed25519" | "x25519">,
): Uint8Array {
  const seal = fromHex(x25519.slice("x25519:".length));
  return preAuthentication(
    ROTATE_TYPE,
    concatBytes(fromHex(feed), operatorKeyBytes(old), operatorKeyBytes(ed25519), seal),
  );
}

function movedBody(feed: FeedKey, operator: OperatorKey): Uint8Array {
  return preAuthentication(MOVED_TYPE, concatBytes(fromHex(feed), operatorKeyBytes(operator)));
}
