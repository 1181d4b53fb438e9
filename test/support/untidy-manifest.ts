import fc from "fast-check";
import type { Json } from "../../src/core/index.ts";
import { keyOf } from "./manifest-text.ts";

type Section = Readonly<Record<string, Json>>;

const VISORS = ["zed", "desk", "shop-1"] as const;
const MEMBERS = ["kim", "admins", "desk", "all", "tag:t1", "shop-*", keyOf("lee")] as const;

const members = fc.uniqueArray(fc.constantFrom(...MEMBERS), { minLength: 1, maxLength: 3 });
const list: fc.Arbitrary<Json> = fc.oneof(
  members,
  fc.record({ remove: fc.constant(["kim"]), add: fc.constant([keyOf("lee")]) }),
);

/** Keys in an order that is not the schema's: `reward_address` first, `trust` late. */
const body = fc.record(
  {
    reward_address: fc.constant("2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8"),
    settings: fc.record({ "routing.min_hops": fc.nat(9), is_public: fc.boolean() }),
    ports: fc.constant({
      "80": { label: "it's: # web", udp: true, whitelist: ["kim"] },
      "81": "closed",
    }),
    trust: fc.record({ pty: list, hypervisors: list }),
    apps: fc.record({
      skysocks: fc.record({ whitelist: fc.constant("anyone"), running: fc.boolean() }),
      "cam-relay": fc.constant({
        env: { ZED: "a", CAM_TOKEN: "env:CAM" },
        args: ["--name", "front: door"],
        present: true,
      }),
    }),
  },
  { requiredKeys: [] },
);

/** What a manifest says, its keys in any order. */
const sections: fc.Arbitrary<Section> = fc
  .tuple(fc.array(body, { minLength: 4, maxLength: 4 }), fc.nat())
  .map(([bodies, seed]) => {
    const visors = VISORS.map((name, index) => [
      name,
      turned({ tags: ["t1", "a"], ...bodies[index], roles: ["always"], key: keyOf(name) }, seed),
    ]);
    return turned(
      {
        policy: { require_relays: 0, max_removals: "20%" },
        visors: Object.fromEntries(visors) as Section,
        // Fields of a role that a visor has too could disagree; the ones here cannot.
        roles: {
          unused:
            bodies[3]?.settings === undefined
              ? { survey: { add: ["kim"] } }
              : { settings: bodies[3].settings },
          always: { settings: { log_level: "info" } },
        },
        whitelists: { zoo: ["admins"], admins: ["desk", "kim"] },
        fleet: "home",
        keys: { kim: keyOf("kim") },
        controllers: ["desk"],
        apiVersion: "fleet.skywire/v1",
      },
      seed,
    );
  });

function turned(section: Section, by: number): Section {
  const entries = Object.entries(section);
  const at = by % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)]);
}

/** Texts of good manifests in any order and style, with comments that say which key they belong to. */
export const untidyManifest: fc.Arbitrary<string> = fc
  .tuple(sections, fc.array(fc.nat(999), { minLength: 40, maxLength: 80 }))
  .map(([said, choices]) => new Untidy(choices).text(said));

class Untidy {
  readonly #choices: readonly number[];
  #next = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  text(said: Section): string {
    const head = this.#one(3) === 0 ? "# yaml-language-server: $schema=x.json\n# head\n\n" : "";
    const lines = this.#mapLines(said, "").join(this.#one(4) === 0 ? "\r\n" : "\n");
    return head + lines + "\n".repeat(this.#one(3));
  }

  #one(of: number): number {
    this.#next += 1;
    return (this.#choices[this.#next % this.#choices.length] ?? 0) % of;
  }

  #mapLines(map: Section, indent: string): string[] {
    return Object.entries(map).flatMap(([key, value]) => {
      const above = [
        ...(this.#one(6) === 0 ? [" ".repeat(this.#one(3))] : []),
        ...(this.#one(3) === 0 ? [`${indent}# above ${key}`] : []),
      ];
      const beside = this.#one(3) === 0 ? `   # beside ${key}` : "";
      const behind = this.#one(8) === 0 ? [`${indent}${" ".repeat(2)}# behind ${key}`] : [];
      return [...above, ...this.#entryLines(key, value, indent, beside), ...behind];
    });
  }

  #entryLines(key: string, value: Json, indent: string, beside: string): string[] {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    const inner = indent + " ".repeat(1 + this.#one(4));
    const name = /^\d/.test(key) && this.#one(2) === 0 ? JSON.stringify(key) : key;
    if (isMap && this.#one(4) > 0)
      return [`${indent}${name}:${beside}`, ...this.#mapLines(value as Section, inner)];
    if (Array.isArray(value) && this.#one(3) === 0) {
      const dash = this.#one(2) === 0 ? indent : inner;
      return [
        `${indent}${name}:${beside}`,
        ...value.map((item) => `${dash}- ${JSON.stringify(item)}`),
      ];
    }
    const flow = this.#flow(value, inner);
    // Behind several lines it would not be said on the line of its key.
    return [`${indent}${name}: ${flow}${flow.includes("\n") ? "" : beside}`];
  }

  #flow(value: Json, inner: string): string {
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const gap = this.#one(5) === 0 ? `,\n${inner}` : ", ";
    if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(item)).join(gap)}]`;
    const parts = Object.entries(value as Section).map(
      ([key, one]) => `${key}: ${this.#flow(one, inner)}`,
    );
    return `{ ${parts.join(gap)}${this.#one(4) === 0 ? "," : ""} }`;
  }
}
