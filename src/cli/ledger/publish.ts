// `fleet ledger publish`: our ledger at its relays, whole, now.

import { counted, type ExitCode } from "../../core/index.ts";
import { conflictError, type RelayResult } from "../../replicas/index.ts";
import { tableText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { type LockRequest, lockRequestOf, type Operator, requireOperator } from "./operator.ts";
import { JSON_OPTION, LOCK_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import { nextOf, publishOwn } from "./relaying.ts";
import type { World } from "../shell/world.ts";
import { mendHollow } from "./mend.ts";
import { RELAY_OPTION, relaysOf, type RelaysRequest, relaysRequestOf } from "./relay-option.ts";
import { type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";

/** `fleet ledger publish`: our ledger to its relays, now. */
export const ledgerPublish: Command = {
  name: "ledger publish",
  about:
    "Bring this machine's ledger to its relays now, and wait while they ask. Asks each first what it holds, and refuses to fork. A relay that shows a Root and lacks part of it is mended.",
  words: [],
  options: [
    RELAY_OPTION,
    {
      name: "mend",
      about:
        "write the list of entries anew for relays that are hollow, without asking; operators with release 0.1.0 cannot read it",
    },
    {
      name: "push-again",
      about:
        "push also to a relay that was left before it had the registry; unless it was restarted, that may end its process",
    },
    LOCK_OPTION,
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet ledger publish", "fleet ledger publish --relay 10.0.0.5:8870"],
  async run(given, world): Promise<ExitCode> {
    const request: PublishRequest = {
      ...ledgerRequestOf(given, world),
      ...relaysRequestOf(given),
      ...lockRequestOf(given),
      isMend: given.flag("mend"),
      pushesAgain: given.flag("push-again"),
    };
    const operator = await requireOperator(request.keyFile, world);
    const relays = await relaysOf(request, world);
    const results = await publishWhole(operator, relays, request, world);
    const held = results.filter(({ isHeld }) => isHeld).length;
    if (given.flag("json")) {
      printJson(world, {
        format: "fleet.skywire/ledger-publish/v1",
        feed: operator.keys.feed,
        relays: results.map(({ relay, isHeld, outcome }) => ({
          relay,
          held: isHeld,
          outcome: outcome.kind,
          says: outcome.reason,
          ...("lacks" in outcome ? { lacks: outcome.lacks } : {}),
        })),
      });
    } else {
      const rows = results.map(({ relay, outcome }) => [
        `  ${relay}`,
        `${outcome.reason}${nextOf(outcome)}`,
      ]);
      world.terminal.out(
        `${tableText(rows)}Held by ${held} of ${counted(relays.length, "relay")}.\n`,
      );
    }
    const conflict = conflictError(results);
    if (conflict !== undefined) throw conflict;
    if (results.some(({ outcome }) => outcome.kind === "stopped")) return 130;
    return held === relays.length ? 0 : 3;
  },
};

/** What is to be published, and how far it may go to mend a relay. */
interface PublishRequest extends LedgerRequest, RelaysRequest, LockRequest {
  /** The list of entries may be written anew without asking. */
  readonly isMend: boolean;
  /** Pushes also to a relay that was left before it had the registry. */
  readonly pushesAgain: boolean;
}

/** Publishes, and once more where a relay was hollow and could be mended. */
async function publishWhole(
  operator: Operator,
  relays: readonly string[],
  request: PublishRequest,
  world: World,
): Promise<readonly RelayResult[]> {
  const results = await publishOwn(operator, relays, world, request);
  if (conflictError(results) !== undefined) return results;
  const { source } = await manifestFacts(request, world);
  return (await mendHollow(results, {
    operator,
    source,
    lock: request,
    isMend: request.isMend,
    world,
  }))
    ? await publishOwn(operator, relays, world, request)
    : results;
}
