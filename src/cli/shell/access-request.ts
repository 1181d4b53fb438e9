// How visors are to be reached, as the words of the command line say it; nothing that reaches one is loaded for it.
import { defined } from "../../core/index.ts";
import type { Given } from "./arguments.ts";
import { usage } from "./usage.ts";

/** How visors are to be reached; what is absent was not said. */
export interface AccessRequest {
  /** `HOST:PORT` of the local visor's RPC. */
  readonly rpc?: string;
  readonly scheme?: "dmsg" | "skynet";
  /** The longest wait for one answer, in milliseconds. */
  readonly timeoutMs?: number;
  /** Visors that are read at once, from 1. */
  readonly working?: number;
  /** Connections that wait for a first answer at once, from 1. */
  readonly dials?: number;
}

const NEXT = "read the command's --help";

/**
 * Reads `--rpc`, `--via`, `--timeout`, `--parallelism` and `--dials`.
 * @throws FleetError cli/usage (exit 64)
 */
export function accessRequestOf(given: Given): AccessRequest {
  return defined({
    rpc: given.text("rpc"),
    scheme: schemeOf(given.text("via")),
    timeoutMs: given.durationMs("timeout"),
    working: fromOne("parallelism", given),
    dials: fromOne("dials", given),
  });
}

function fromOne(name: string, given: Given): number | undefined {
  const count = given.count(name);
  if (count === 0) throw usage(`--${name} takes a number from 1`, NEXT);
  return count;
}

function schemeOf(text: string | undefined): AccessRequest["scheme"] {
  if (text === undefined || text === "dmsg" || text === "skynet") return text;
  throw usage(`--via takes dmsg or skynet, not ${JSON.stringify(text)}`, NEXT);
}
