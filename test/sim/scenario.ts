// What happens in a run: which visors, which manifests one after the other, who applies them, and what goes wrong meanwhile.
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** Chance, the same for the same seed. */
class Dice {
  readonly #random: ReturnType<typeof seededRandom>;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#random = seededRandom(Math.imul(seed + 1, 2_654_435_761) ^ 0x5bd1e995);
    for (let turn = 0; turn < 8; turn += 1) this.#random.next(2);
  }

  /** From 0 up to, not including, `below`. */
  below(below: number): number {
    return this.#random.next(below);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

/** Who plans and applies, and through which visor. */
export const OPERATORS = [
  { name: "ann", through: "laptop" },
  { name: "bob", through: "desk" },
] as const;

/** The name of an operator. */
export type OperatorName = (typeof OPERATORS)[number]["name"];

/** One thing that happens. */
export type Action =
  | {
      readonly kind: "apply";
      readonly by: OperatorName;
      readonly crashAt?: number;
      readonly power?: boolean;
    }
  | { readonly kind: "plan"; readonly by: OperatorName }
  /** Somebody at the hypervisor's page. */
  | {
      readonly kind: "human";
      readonly visor: string;
      readonly what: "log_level" | "stranger" | "auto_start";
    }
  | { readonly kind: "restart"; readonly visor: string }
  | {
      readonly kind: "make";
      readonly visor: string;
      readonly state: "dead" | "lying" | "dying" | "regrowing";
    }
  | { readonly kind: "heal"; readonly visor: string }
  | { readonly kind: "clock"; readonly ms: number };

/** A manifest as this run varies it. */
export interface SimManifest {
  readonly level: string;
  /** Names that `trust.hypervisors` and `trust.pty` of the visors that are no controllers hold exactly. */
  readonly hypervisors: readonly string[];
  readonly pty: readonly string[];
  readonly autoStart: boolean;
  readonly exitFor: "anyone" | readonly string[];
}

/** A whole run. */
export interface Scenario {
  readonly visors: readonly EmbeddedVisorSpec[];
  /** Each with what happens while it is in force; the last one is what the fleet must come to. */
  readonly chapters: readonly {
    readonly manifest: SimManifest;
    readonly actions: readonly Action[];
  }[];
}

const PROFILES = ["newest", "newest", "v1.3.94", "v1.3.73"] as const;
const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
/** Effects of an apply of some visors; a crash that comes later does not come. */
const EFFECTS_MAX = 160;

/** The run of a seed: 3 to 8 visors, two or three manifests, at least one of which touches trust, at least two faults. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  const others = Array.from({ length: 1 + dice.below(6) }, (_, index) => `shop-${index + 1}`);
  const visors: readonly EmbeddedVisorSpec[] = [
    { name: "laptop", profile: "newest", local: true, ...TRUST, canaries: true, transports: 0 },
    { name: "desk", profile: "newest", local: true, ...TRUST, transports: 0 },
    ...others.map((name) => ({
      name,
      profile: dice.pick(PROFILES),
      ...TRUST,
      canaries: dice.chance(50),
      transports: 0,
    })),
  ];
  const names = visors.map(({ name }) => name);
  const far = others.length === 0 ? names : others;
  const pickFar = (): string => far[dice.below(far.length)] ?? "desk";
  const anybody = (): OperatorName => OPERATORS[dice.below(OPERATORS.length)]?.name ?? "ann";
  const fault = (): Action => {
    switch (dice.below(8)) {
      case 0:
        return { kind: "make", visor: pickFar(), state: "dead" };
      case 1:
        return { kind: "make", visor: pickFar(), state: "lying" };
      case 2:
        return { kind: "make", visor: pickFar(), state: dice.pick(["dying", "regrowing"]) };
      case 3:
        return { kind: "restart", visor: pickFar() };
      case 4:
        return { kind: "clock", ms: dice.pick([-3_600_000, 3_600_000, 400 * 86_400_000]) };
      case 5:
        return { kind: "heal", visor: pickFar() };
      default:
        return {
          kind: "human",
          visor: pickFar(),
          what: dice.pick(["log_level", "stranger", "auto_start"]),
        };
    }
  };
  const apply = (): Action => ({
    kind: "apply",
    by: anybody(),
    ...(dice.chance(60) ? { crashAt: dice.below(EFFECTS_MAX), power: dice.chance(50) } : {}),
  });
  const length = 2 + dice.below(2);
  const chapters = Array.from({ length }, (_, index) => ({
    // One in between may want to lock a controller out, which must not happen.
    manifest: manifestOf(dice, index > 0, index > 0 && index < length - 1 && dice.chance(40)),
    actions: [
      ...(index === 0 ? [] : [fault()]),
      apply(),
      ...(dice.chance(50) ? [fault()] : []),
      ...(dice.chance(30) ? [{ kind: "plan", by: anybody() } as const] : []),
      apply(),
    ],
  }));
  return { visors, chapters };
}

function manifestOf(dice: Dice, touchesTrust: boolean, locksOut: boolean): SimManifest {
  const extra = ["phone", "tablet"].filter(() => touchesTrust && dice.chance(50));
  return {
    level: dice.pick(["debug", "info", "warn", "error"]),
    hypervisors: locksOut ? ["laptop"] : ["laptop", "desk", ...extra],
    pty:
      locksOut || (touchesTrust && dice.chance(50))
        ? ["laptop", ...(locksOut ? [] : ["desk"])]
        : ["laptop", "desk", ...extra],
    autoStart: dice.chance(50),
    exitFor: dice.chance(30) ? "anyone" : ["laptop", ...(dice.chance(50) ? ["desk"] : [])],
  };
}
