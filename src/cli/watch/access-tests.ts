// A manifest's tests of access during a watch: held against what was seen of each visor last, since a pass may read some of them only.
import type { VisorKey } from "../../core/index.ts";
import type { DesiredFleet, ObservedVisor } from "../../model/index.ts";
import {
  checkExpectations,
  TrustGraph,
  trustSeen,
  trustUnknown,
  type VisorTrust,
} from "../../trust/index.ts";
import type { AccessTest } from "../../watch/index.ts";

/** Remembers who each visor lets in, and holds tests against all of them. */
export class AccessTests {
  readonly #seen = new Map<VisorKey, VisorTrust>();

  /** Takes what was read, and says of each test whether it fails, or is not known. */
  check(
    { expect = [], visors, controllers, keyNames }: DesiredFleet,
    observed: readonly ObservedVisor[],
  ): readonly AccessTest[] {
    if (expect.length === 0) return [];
    const known = new Set(visors.map(({ key }) => key));
    for (const key of this.#seen.keys()) if (!known.has(key)) this.#seen.delete(key);
    for (const visor of observed) this.#seen.set(visor.key, trustSeen(visor));
    const checked = checkExpectations(expect, {
      graph: new TrustGraph(visors.map(({ key }) => this.#seen.get(key) ?? trustUnknown(key))),
      controllers,
      nameOf: (key) => keyNames.get(key) ?? key,
    });
    return checked.map(({ text, rows, result }) => {
      if (result === "unknown") return { text, isUnknown: true };
      const failed = rows.find(({ result }) => result === "failed");
      return failed === undefined
        ? { text }
        : { text, fails: `the manifest expects that ${text}, and it is not so: ${failed.why}` };
    });
  }
}
