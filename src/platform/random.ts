// The system's randomness, as the port Random.
import { randomBytes } from "node:crypto";
import type { Random } from "../core/index.ts";

/** Randomness of the operating system. */
export const nodeRandom: Random = (size) => new Uint8Array(randomBytes(size));
