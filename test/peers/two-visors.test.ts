// The same calls to an embedded visor and to one of Go: what they answer, and what becomes of both. The second was
// written from the public texts alone, so that where both agree an error would have to have been made twice.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP_ROWS } from "../support/app-deeds.ts";
import { FIELD_ROWS } from "../support/field-deeds.ts";
import { buildGoPeer, goFault, type GoPeer } from "../support/go-peer.ts";
import { PORT_ROWS } from "../support/port-deeds.ts";
import { type Knock, playBoth } from "../support/two-visors.ts";
import { KIM, LEE, type Row } from "../support/visor-deeds.ts";

const fault = goFault();
if (fault !== undefined) console.log(`SKIPPED: the comparison with a Go visor: ${fault}`);

const ROWS = [...APP_ROWS, ...PORT_ROWS, ...FIELD_ROWS];
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

describe.skipIf(fault !== undefined)("an embedded visor and one of Go", () => {
  it.each(ROWS)("$title", agree);
});

async function agree({ deeds, config = {} }: Row): Promise<void> {
  if (peer === undefined) throw new Error("there is no Go peer");
  const { embedded, go } = await playBoth(peer, deeds, config, KNOCKS);
  expect(embedded).toEqual(go);
}
