import { describe, expect, it, test } from "vitest";
import { digestOf, FleetError, type Json, type JsonObject } from "../../../src/core/index.ts";
import {
  acceptObservation,
  buildPlan,
  formatObservation,
  makeObservation,
  type ObservationDocument,
  parseObservation,
  type PlanInput,
  recordedInput,
} from "../../../src/reconcile/index.ts";
import { testKeys } from "../../support/ledger-world.ts";
import { homeFleet, homeObservation, READ_AT_MS, UNTOLD } from "../../support/observed-home.ts";
import { desiredFleet, desiredVisor, keyAt, valueLeaf } from "../../support/reconcile-builders.ts";

const TRUSTED = homeFleet();
const NOW_MS = READ_AT_MS + 600_000;

const made = makeObservation(homeObservation());
const text = formatObservation(made);

function accepted(document: ObservationDocument): ReturnType<typeof acceptObservation> {
  return acceptObservation({ document, trusted: TRUSTED, proposed: TRUSTED, nowMs: NOW_MS });
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof FleetError) return error.code;
    throw error;
  }
}

const COMMON = {
  overrides: { allowTrustLoss: [] },
  nowMs: NOW_MS,
  expiresAfterMs: 3_600_000,
  tool: "fleet 0.0.0",
  manifest: { path: "fleet.yaml", digest: TRUSTED.manifestDigest },
} as const;

function planBy(document: ObservationDocument, desired = TRUSTED): ReturnType<typeof buildPlan> {
  const recorded = recordedInput(accepted(document), desired.visors, undefined);
  return buildPlan({ desired, ...recorded, ...COMMON });
}

function planByReading(): ReturnType<typeof buildPlan> {
  const { observation, history, heads } = homeObservation();
  const input: PlanInput = {
    desired: TRUSTED,
    selected: TRUSTED.visors,
    observed: observation.visors,
    acting: observation.acting,
    history,
    heads,
    secretDigest: (secret) => testKeys("owner").secretHmac(secret),
    ...COMMON,
  };
  return buildPlan(input);
}

describe("the document", () => {
  it("is what it was, to the byte", async () => {
    const pretty = `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
    await expect(pretty).toMatchFileSnapshot("../../golden/observation/home.txt");
  });

  it("parses to what was formatted", () => {
    expect(parseObservation(text)).toEqual(made);
    expect(parseObservation(text.trimEnd().concat("\r\n"))).toEqual(made);
  });

  it.each(Object.entries(UNTOLD))("never tells %s", (_name, word) => {
    expect(text).not.toContain(word);
  });

  it("tells a masked value in plain words only where the manifest says the same", () => {
    const field = (index: number): unknown => made.visors[index]?.seen?.leaves["apps.chat.env"];
    const byKey = (key: string): number => made.visors.findIndex((visor) => visor.key === key);
    expect(field(byKey(keyAt(1)))).toMatchObject({
      raw: { COLOR: "blue" },
      shown: { COLOR: "(secret)" },
    });
    expect(field(byKey(keyAt(4)))).toMatchObject({ differs: digestOf({ COLOR: "blue" }) });
    expect(field(byKey(keyAt(4)))).not.toHaveProperty("raw");
  });

  it("is refused when any member is changed, added or taken away, whether its digest fits or not", () => {
    const value = JSON.parse(text) as JsonObject;
    const verdicts = new Map<string, number>();
    let count = 0;
    for (const { path, changed } of tampered(value)) {
      for (const document of [changed, withDigest(changed)]) {
        if (canonical(document) === text.trimEnd()) continue;
        const code = codeOf(() => accepted(parseObservation(`${canonical(document)}\n`)));
        expect(code, path).not.toBe("accepted");
        verdicts.set(code, (verdicts.get(code) ?? 0) + 1);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(600);
    expect([...verdicts.keys()].sort()).toEqual([
      "observe/damaged",
      "observe/format",
      "observe/signature",
      "observe/unsigned",
    ]);
  });

  it.each([
    { name: "nothing", bytes: "", want: "observe/damaged" },
    { name: "a list", bytes: "[]", want: "observe/format" },
    { name: "half of it", bytes: text.slice(0, text.length / 2), want: "observe/damaged" },
    { name: "other white space", bytes: text.replace(",", ", "), want: "observe/damaged" },
    { name: "a member twice", bytes: text.replace("{", `{"acting":"x",`), want: "observe/damaged" },
    {
      name: "a lone surrogate",
      bytes: text.replace('"tool":"fleet', '"tool":"\\ud800fleet'),
      want: "observe/damaged",
    },
  ])("refuses $name", ({ bytes, want }) => {
    expect(codeOf(() => parseObservation(bytes))).toBe(want);
  });
});

describe("a plan by it", () => {
  it("decides what a plan by reading decides, visor by visor", () => {
    const [recorded, read] = [planBy(made), planByReading()];
    expect(recorded.decision).toBe(read.decision);
    expect(recorded.counts).toEqual(read.counts);
    expect(recorded.counts).toMatchObject({ changing: 4, unreachable: 1, unsupported: 1 });
    expect(recorded.releasedVisors).toEqual(read.releasedVisors);
    expect(recorded.refusals).toEqual(read.refusals);
    expect(recorded.waves).toEqual(read.waves);
    recorded.visors.forEach((visor, index) => {
      const other = read.visors[index];
      // Keyed digests for the record can be made of what was read only.
      const { observed: _mine, unseen: _unseen, released: _left, wanted: _, ...mine } = visor;
      const { observed: _its, unseen: _gone, released: _kept, wanted: __, ...its } = other ?? visor;
      expect(mine).toEqual(its);
      expect(visor.observed?.digest).toBe(other?.observed?.digest);
      // What is owned no more is not in an observation: its value is not known.
      expect(visor.released.map(({ path }) => path)).toEqual(
        other?.released.map(({ path }) => path),
      );
    });
  });

  it("compares a secret by the recorded digest, and cannot without one", () => {
    expect(planBy(made).counts.notCompared).toBe(0);
    const { keys: _keys, ...without } = homeObservation();
    const unsigned = makeObservation(without);
    expect(JSON.stringify(unsigned)).not.toContain("hmac-sha256:0");
    expect(codeOf(() => accepted(unsigned))).toBe("observe/unsigned");
  });

  it("does not guess what a mask hides", () => {
    const other = (value: Json): ReturnType<typeof buildPlan> => {
      const visor = desiredVisor(4, [valueLeaf("apps.chat.env", value)]);
      return planBy(made, desiredFleet([visor], { operators: TRUSTED.operators }));
    };
    expect(other({ COLOR: "red" }).visors[0]?.notCompared).toEqual(["apps.chat.env"]);
    expect(other({ COLOR: "blue" }).visors[0]?.status).toBe("changes");
    expect(other({ SIZE: "red" }).visors[0]?.status).toBe("changes");
  });

  it("keeps a controller of the trusted manifest and the stricter policy, whatever is proposed", () => {
    const proposed = homeFleet({
      controllers: [keyAt(5)],
      policy: { ...TRUSTED.policy, maxRemovals: { kind: "percent", percent: 100 } },
    });
    const plan = planBy(made, proposed);
    expect(plan.protected).toEqual([keyAt(0), keyAt(5)].sort());
    expect(plan.policies).toEqual([proposed.policy, TRUSTED.policy]);
    expect(plan.keysetChanges).toEqual([
      `controller ${keyAt(5)} is added`,
      `controller ${keyAt(0)} is removed`,
      "policy.max_removals changes from 20% to 100%, which is looser",
    ]);
  });
});

test.each([
  { name: "as old as allowed", ageMs: 3_600_000, want: [] },
  { name: "a moment older", ageMs: 3_600_001, want: ["observation-age 61m of 1h"] },
])("an observation $name", ({ ageMs, want }) => {
  const nowMs = READ_AT_MS + ageMs;
  const document = acceptObservation({
    document: made,
    trusted: TRUSTED,
    proposed: TRUSTED,
    nowMs,
  });
  const input = recordedInput(document, TRUSTED.visors, undefined);
  const { refusals } = buildPlan({ desired: TRUSTED, ...input, ...COMMON, nowMs });
  const said = refusals
    .filter(({ guard }) => guard === "observation-age")
    .map(({ guard, measured, limit }) => `${guard} ${measured} of ${limit}`);
  expect(said).toEqual(want);
});

/** Every document that differs from this one in a single member. */
function* tampered(
  value: Json | undefined,
  path = "",
): Generator<{ readonly path: string; readonly changed: JsonObject }> {
  for (const { at, changed } of variants(value, path))
    yield { path: at, changed: changed as JsonObject };
}

function* variants(
  value: Json | undefined,
  at: string,
): Generator<{ readonly at: string; readonly changed: Json }> {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    for (const [index, item] of items.entries()) {
      for (const inner of variants(item, `${at}[${index}]`))
        yield { at: inner.at, changed: items.with(index, inner.changed) };
      yield { at: `${at}[${index}] gone`, changed: items.filter((_, other) => other !== index) };
    }
    yield { at: `${at} longer`, changed: [...items, "x"] };
  } else if (typeof value === "object" && value !== null) {
    const members = value as JsonObject;
    for (const [name, item] of Object.entries(members)) {
      for (const inner of variants(item, `${at}.${name}`))
        yield { at: inner.at, changed: { ...members, [name]: inner.changed } };
      const { [name]: _gone, ...rest } = members;
      yield { at: `${at}.${name} gone`, changed: rest };
    }
    yield { at: `${at} more`, changed: { ...members, ip: "192.0.2.1" } };
  } else if (typeof value === "boolean") yield { at, changed: !value };
  else if (typeof value === "number") yield { at, changed: value + 1 };
  else if (typeof value === "string") yield { at, changed: turned(value) };
  else yield { at, changed: "x" };
}

/** The same text with its last character turned, so that keys and digests keep their form. */
function turned(word: string): string {
  return word.slice(0, -1) + (word.endsWith("0") ? "1" : "0");
}

function withDigest(document: JsonObject): JsonObject {
  const { digest: _digest, signature, ...rest } = document;
  return { ...rest, digest: digestOf(rest), ...(signature === undefined ? {} : { signature }) };
}

function canonical(document: JsonObject): string {
  return formatObservation(document as unknown as ObservationDocument).trimEnd();
}
