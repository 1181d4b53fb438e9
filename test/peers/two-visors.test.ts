// The same calls to an embedded visor and to one of Go: what they answer, and what becomes of both. The second was
// written from the public texts alone, so that where both agree an error would have to have been made twice.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP_ROWS } from "../support/app-deeds.ts";
import { FIELD_ROWS } from "../support/field-deeds.ts";
import { buildGoPeer, goFault, type GoPeer } from "../support/go-peer.ts";
import { PORT_ROWS } from "../support/port-deeds.ts";
import { randomDeeds } from "../support/random-deeds.ts";
import { type Knock, playBoth } from "../support/two-visors.ts";
import { KIM, LEE, type Row } from "../support/visor-deeds.ts";

const fault = goFault();
if (fault !== undefined) console.log(`SKIPPED: the comparison with a Go visor: ${fault}`);

const ROWS = [...APP_ROWS, ...PORT_ROWS, ...FIELD_ROWS];
/** Short for every run; more with FLEET_HISTORIES=500. */
const HISTORIES = Number(process.env["FLEET_HISTORIES"] ?? 12);
const HISTORY_DEEDS = 25;
const KNOCKS: readonly Knock[] = [8080, 8081, 80].flatMap((port) =>
  [KIM, LEE].flatMap((from) => [
    { from, port, over: "dmsg" } as const,
    { from, port, over: "skynet" } as const,
  ]),
);

let peer: GoPeer | undefined;
beforeAll(() => {
  if (fault === undefined) peer = buildGoPeer();
}, 180_000);
afterAll(() => peer?.remove());

describe("an embedded visor and one of Go", () => {
  it.for(ROWS)("$title", async (row, context) => {
    context.skip(fault !== undefined, fault);
    const { embedded, go } = await played(row);
    expect(embedded).toEqual(go);
  });

  it(
    "A11: and after random histories",
    async (context) => {
      context.skip(fault !== undefined, fault);
      for (let seed = 0; seed < HISTORIES; seed += 1) {
        const { embedded, go } = await played({ deeds: randomDeeds(seed, HISTORY_DEEDS) });
        expect(embedded, `seed ${seed}`).toEqual(go);
      }
    },
    HISTORIES * 5_000,
  );
});

/** What both came to. */
async function played({ deeds, config = {} }: Omit<Row, "title">): ReturnType<typeof playBoth> {
  if (peer === undefined) throw new Error("there is no Go peer");
  return await playBoth(peer, deeds, config, KNOCKS);
}
