// What this room has to know of a log to fetch it; whoever owns its format says it.
import { equalBytes, FleetError } from "../core/index.ts";
import { isBlank, type Root } from "../skywire/cxo/index.ts";

/** What a log object says about its entries. */
export interface LogFacts {
  /** Entries in the list. */
  readonly size: bigint;
  /** Hash of the list; blank when it is empty. */
  readonly entries: Uint8Array;
}

/** How a feed's Roots lead to a log; whoever owns the format of the log gives it. */
export interface LogShape {
  /** The one sequence that the feed has. */
  readonly nonce: bigint;
  /** Hash of the registry that every Root names. */
  readonly registry: Uint8Array;
  /** Schema of the log, the one object that a Root points to. */
  readonly schema: Uint8Array;
  /** Reads a log object. @throws FleetError when the bytes are none */
  readonly decodeLog: (bytes: Uint8Array) => LogFacts;
}

/**
 * The hash of the log that a Root points to.
 * @throws FleetError relay/malformed when it points to something else
 */
export function logHashOf(root: Root, shape: LogShape): Uint8Array {
  const [pointer] = root.refs;
  const isLog =
    pointer !== undefined &&
    root.refs.length === 1 &&
    !isBlank(pointer.hash) &&
    equalBytes(pointer.schema, shape.schema) &&
    equalBytes(root.reg, shape.registry);
  if (!isLog) throw new FleetError("relay/malformed", "the Root does not point to one log");
  return pointer.hash;
}

/**
 * Reads a log object.
 * @throws FleetError relay/malformed when the bytes are none
 */
export function readLogFacts(bytes: Uint8Array, shape: LogShape): LogFacts {
  let facts: LogFacts;
  try {
    facts = shape.decodeLog(bytes);
  } catch (cause) {
    throw new FleetError("relay/malformed", "the Root points to something that is no log", {
      cause,
    });
  }
  if (isBlank(facts.entries) !== (facts.size === 0n))
    throw new FleetError("relay/malformed", "the log's size and its list do not agree");
  return facts;
}
