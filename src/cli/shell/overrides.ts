// What the user allowed by name, one option for each thing.
import { defined } from "../../core/index.ts";
import type { Overrides } from "../../model/index.ts";
import type { Given } from "./arguments.ts";

/** What the user allowed by name on the command line or in the environment. */
export function overridesOf(given: Given): Overrides {
  const removals = given.count("allow-removals");
  const trustRemovals = given.count("allow-trust-removals");
  const released = given.count("allow-released");
  return {
    ...defined({
      allowRemovals: removals,
      allowTrustRemovals: trustRemovals,
      allowReleased: released,
    }),
    allowTrustLoss: [...new Set(given.texts("allow-trust-loss"))].sort(),
    ...(given.flag("allow-keyset-change") ? { allowKeysetChange: true as const } : {}),
  };
}
