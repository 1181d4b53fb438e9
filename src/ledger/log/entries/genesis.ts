// The first entry of a ledger, by which its three keys vouch for each other.
import {
  defined,
  FleetError,
  fromHex,
  isOperatorKey,
  isSealKey,
  sha256,
  toHex,
  verifyEd25519,
} from "../../../core/index.ts";
import { isFeedKey } from "../../../model/index.ts";
import { verifySignature } from "../../../skywire/cxo/index.ts";
import type { FeedKey, OperatorKeys } from "../../keys/index.ts";
import type { GenesisPayload, MovedFrom } from "./payloads.ts";
import { feedClaim, genesisBody } from "./signing.ts";

/** A genesis whose keys were proved to belong together. Only {@link verifyGenesis} makes one. */
export type VerifiedGenesis = GenesisPayload & { readonly __verified: "genesis" };

/** Makes the payload of entry 0; `from` names the ledger that it continues. */
export function makeGenesis(keys: OperatorKeys, from?: MovedFrom): GenesisPayload {
  const { operator, seal, feed } = keys;
  return {
    version: 1,
    ed25519: operator,
    x25519: seal,
    feed,
    proofs: {
      ed25519: toHex(keys.sign(genesisBody(operator, seal, feed))),
      feed: toHex(keys.signFeed(sha256(feedClaim(operator)))),
    },
    ...defined({ from }),
  };
}

/**
 * Proves that a genesis belongs to the feed and that its keys vouch for each other.
 * @throws FleetError ledger/genesis
 */
export function verifyGenesis(genesis: GenesisPayload, feed: FeedKey): VerifiedGenesis {
  const { ed25519, x25519, proofs } = genesis;
  if (!isOperatorKey(ed25519) || !isSealKey(x25519) || !isFeedKey(genesis.feed))
    throw bad("a key has not the form of one");
  if (genesis.from?.feed === feed) throw bad("it continues the feed it stands in");
  if (genesis.feed !== feed) throw bad("it names another feed than the one it stands in");
  const message = genesisBody(ed25519, x25519, feed);
  if (!verifyEd25519(ed25519, message, parseHex(proofs.ed25519)))
    throw bad("the ed25519 key does not vouch for the keys");
  try {
    verifySignature(sha256(feedClaim(ed25519)), parseHex(proofs.feed), fromHex(feed));
  } catch (cause) {
    throw new FleetError("ledger/genesis", "the feed key does not vouch for the ed25519 key", {
      cause,
    });
  }
  return genesis as VerifiedGenesis;
}

function parseHex(text: string): Uint8Array {
  return /^([0-9a-f]{2})*$/.test(text) ? fromHex(text) : new Uint8Array();
}

function bad(why: string): FleetError {
  return new FleetError("ledger/genesis", `the genesis entry is refused: ${why}`);
}
