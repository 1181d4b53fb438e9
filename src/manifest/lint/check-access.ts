// Lint rules about who could be locked out and who is let in.
import type { DesiredFleet, DesiredField, DesiredVisor } from "../../model/index.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

const TRUST = ["trust.hypervisors", "trust.pty"];

/** Finds fleets and visors that one lost machine would lock out. */
export function checkSingleController({ manifest, desired }: Linted): readonly LintFinding[] {
  const [first] = manifest.controllers;
  // A visor alone can have no second one.
  if (first === undefined || desired.visors.length < 2) return [];
  if (desired.controllers.length === 1) {
    return [
      finding("single-controller", {
        message: `${first.text.slice(0, 80)} is the only controller: whoever loses it can manage no visor from afar`,
        at: first.place,
        text: first.text.slice(0, 80),
        next: "let the visors trust a second machine of yours, and list it here",
      }),
    ];
  }
  return desired.visors.flatMap((visor) => visorFinding(visor, desired));
}

/** Only lists that are exact say who is not let in. */
function visorFinding(visor: DesiredVisor, { controllers, keyNames }: DesiredFleet) {
  const lists = TRUST.map((path) => visor.leaves.get(path));
  if (!lists.every((field) => field?.kind === "set" && field.exact)) return [];
  const trusted = new Set<string>([visor.key, ...lists.flatMap(membersOf)]);
  const ways = controllers.filter((key) => trusted.has(key));
  if (ways.length > 1) return [];
  const [only] = ways.map((key) => keyNames.get(key) ?? key);
  return [
    finding("single-controller", {
      message:
        only === undefined
          ? `no controller is in the exact hypervisors and pty of ${visor.name}`
          : `${only} is the only controller with a way into ${visor.name}`,
      at: visor.place,
      text: visor.name,
      next: "add a second controller to its hypervisors or pty",
      related: lists.flatMap((field) =>
        field === undefined
          ? []
          : [{ message: `${field.path} is exact here`, at: field.origin.place }],
      ),
    }),
  ];
}

function membersOf(field: DesiredField | undefined): readonly string[] {
  return field?.kind === "set" ? field.members.map(({ value }) => value) : [];
}

/** Finds what is open to everybody, each line once. */
export function checkOpenWhitelists({ manifest }: Linted): readonly LintFinding[] {
  const bodies = [...manifest.roles.values(), ...manifest.visors.values()].map(({ body }) => body);
  return bodies.flatMap(({ written }) =>
    [...written].flatMap(([path, one]) =>
      one.kind === "list" && one.anyone
        ? [
            finding("whitelist-open", {
              message: `${path} lets everybody in who finds the visor`,
              at: one.place,
              text: "anyone",
              next: "name who may use it; if everybody shall, say so with # fleet-lint-disable-line whitelist-open",
            }),
          ]
        : [],
    ),
  );
}
