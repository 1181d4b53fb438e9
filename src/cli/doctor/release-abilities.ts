// What a manifest may own on the local visor, and how well its release is known, for `fleet doctor`.
import {
  type HowKnown,
  type MethodName,
  releaseLike,
  RELEASES,
  type SeenReading,
} from "../../skywire/visor/index.ts";
import type { Finding } from "../../view/index.ts";

/** Writing methods that are asked about, never run: each stands for something a manifest may own. */
export const PROBED: readonly MethodName[] = [
  "SetConfigFields",
  "AddHypervisor",
  "RemoveHypervisor",
  "SetAppArgs",
  "SetAutoStart",
  "AddApp",
  "DeleteApp",
  "RegisterForwardedPort",
];

/** Every release has these, and no harmless question about them exists. */
const UNASKABLE: ReadonlySet<string> = new Set(["SetMinHops", "SetRewardAddress"]);

/** What a manifest may own on a visor, by what its release offers; rows of docs/conformance.md. */
export function abilityFindings(local: SeenReading): readonly Finding[] {
  const has = (method: string): boolean =>
    local.methods.get(method) === "present" || UNASKABLE.has(method);
  const reads = local.config !== undefined;
  const byFields = reads && has("SetConfigFields");
  const rows: readonly (readonly [string, boolean])[] = [
    ["trust.hypervisors", byFields || (reads && has("AddHypervisor") && has("RemoveHypervisor"))],
    ["trust.pty", byFields && local.config?.pty !== undefined],
    ["survey", byFields],
    ...(byFields
      ? [["settings", true] as const]
      : [
          ["min hops and autoconnect of settings", has("SetMinHops")] as const,
          ["other settings", false] as const,
        ]),
    ["app fields", byFields || has("SetAppArgs") || has("SetAutoStart")],
    ["adding apps", has("AddApp")],
    ["deleting apps", has("DeleteApp")],
    ["served ports", local.ports !== undefined || has("RegisterForwardedPort")],
    ["reward address", byFields || has("SetRewardAddress")],
  ];
  const can = rows.filter(([, able]) => able).map(([name]) => name);
  const cannot = rows.filter(([, able]) => !able).map(([name]) => name);
  const conf = local.skyenv;
  return [
    conformanceFinding(local),
    {
      about: "can be managed",
      verdict: "good",
      says: can.length === 0 ? "nothing but app states" : can.join(", "),
    },
    ...(cannot.length === 0
      ? []
      : [
          {
            about: "unsupported",
            verdict: "unsure" as const,
            says: cannot.join(", "),
            next: "leave these out for this visor, or update it; plans show them as unsupported",
          },
        ]),
    {
      about: "kept over updates",
      verdict: conf?.exists === true && conf.writable ? "good" : "unsure",
      says:
        conf === undefined
          ? "this release cannot say whether it keeps a skywire.conf"
          : conf.exists && conf.writable
            ? "mirrored settings go to skywire.conf and survive package updates (to find out, the visor made a file in /etc and removed it)"
            : "no writable skywire.conf: a package update may regenerate the configuration",
    },
  ];
}

/** Which of the modelled releases this one is like, and how well that is known; docs/conformance.md has the rows. */
function conformanceFinding(local: SeenReading): Finding {
  const name = releaseLike(local);
  const { name: _name, ...fields } = RELEASES[name];
  const facts = Object.entries(fields);
  const count = (kind: HowKnown): number =>
    facts.filter(([, fact]) => fact.evidence.kind === kind).length;
  const assumed = facts
    .filter(([, fact]) => fact.evidence.kind === "assumed")
    .map(([field]) => field);
  const says = `like ${name} of docs/conformance.md: ${count("seen")} facts seen, ${count("text")} from text`;
  return {
    about: "conformance",
    verdict: assumed.length === 0 ? "good" : "unsure",
    says: assumed.length === 0 ? says : `${says}, assumed: ${assumed.join(", ")}`,
  };
}
