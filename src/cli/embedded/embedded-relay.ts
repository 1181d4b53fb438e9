// `fleet embedded relay`: a relay that lies on purpose, for trying out what readers do about it.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import { RELAY_LIES } from "../../relays/index.ts";
import { serveRelay, type ServeRequest } from "../ledger/serve.ts";
import type { World } from "../shell/world.ts";

/** `fleet embedded relay`: a relay that lies, to see what is made of it. An honest one is `fleet ledger serve`. */
export async function embeddedRelay(
  [word = ""]: readonly string[],
  request: ServeRequest,
  world: World,
): Promise<ExitCode> {
  const lie = RELAY_LIES.find((each) => each === word);
  if (lie === undefined)
    throw usage(
      `"${word}" is no lie of a relay`,
      `choose one of ${RELAY_LIES.join(", ")}; \`fleet ledger serve\` runs an honest relay`,
    );
  return await serveRelay("open", request, world, lie);
}
