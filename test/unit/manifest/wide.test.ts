// Manifests of ten thousand visors: read whole, all wrong, and everybody at everybody.
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { expect, test } from "vitest";
import { load, manifest } from "../../support/manifest-text.ts";

const VISORS = 10_000;
/** Many times what it takes on an idle machine: the benchmark measures, this guards against blow-ups. */
const PATIENCE_MS = 40_000;

/** Real keys, each the one before it and the generator: that is far quicker than as many secrets. */
const KEYS: readonly string[] = keysInARow(VISORS);

function keysInARow(count: number): readonly string[] {
  const { Point } = secp256k1;
  const points = [Point.BASE];
  for (let point = Point.BASE.double(); points.length < count; point = point.add(Point.BASE))
    points.push(point);
  return normalizeZ(Point, points).map((point) => point.toHex(true));
}

function wide(board: (index: number) => string): string {
  const lines = Array.from({ length: VISORS }, (_, index) => board(index));
  return manifest(`keys: { kim: $kim }
whitelists: { admins: [laptop], guests: [kim, admins] }
roles:
  base: { trust: { hypervisors: [admins], pty: [admins] }, settings: { log_level: info } }
  exit: { apps: { vpn-server: { running: true, auto_start: true, whitelist: [guests] } } }
visors:
  laptop: { key: $laptop, roles: [base] }
${lines.join("")}`);
}

function board(index: number): string {
  return `  board-${index}: { key: ${KEYS[index] ?? ""}, tags: [shop, arm], roles: [base, exit], trust: { pty: { add: [kim] } }, settings: { routing.min_hops: 2 } }\n`;
}

test(
  "ten thousand visors resolve",
  () => {
    const { desired, diagnostics } = load(wide(board));
    expect(diagnostics).toEqual([]);
    expect(desired?.visors.length).toBe(VISORS + 1);
    const last = desired?.visors.find((visor) => visor.name === `board-${VISORS - 1}`);
    expect(last?.place).toEqual({ file: "fleet.yaml", line: VISORS + 9, column: 3 });
  },
  PATIENCE_MS,
);

test(
  "ten thousand visors that are all wrong are all reported, each with its line",
  () => {
    const wrong = (index: number): string =>
      board(index).replace("add: [kim]", "add: [kin]").replace("tags:", "tgas:");
    const { diagnostics } = load(wide(wrong));
    expect(diagnostics.length).toBe(VISORS * 2);
    expect(new Set(diagnostics.map(({ at }) => at?.line)).size).toBe(VISORS);
  },
  PATIENCE_MS,
);

test(
  "a list of everybody at everybody is refused before it fills the memory",
  () => {
    const all = (index: number): string =>
      `  board-${index}: { key: ${KEYS[index] ?? ""}, trust: { pty: [all] } }\n`;
    const { diagnostics } = load(wide(all));
    expect(diagnostics.map(({ code }) => code)).toEqual(["manifest/too-many-members"]);
  },
  PATIENCE_MS,
);
