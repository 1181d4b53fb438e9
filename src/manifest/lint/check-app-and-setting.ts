// An app and a setting that are one thing on the visor, and say different things of it.
import { canonicalJson } from "../../core/index.ts";
import type { DesiredField, DesiredVisor } from "../../model/index.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

/** Apps that a setting switches too. Source: embedded_dmsgweb.go and api_proxies.go (2026): dmsg_web starts both. */
const PAIRS: readonly {
  readonly app: string;
  readonly setting: string;
  readonly offToo: boolean;
}[] = [
  { app: "dmsgweb", setting: "dmsg_web.enable", offToo: true },
  { app: "skynetweb", setting: "skynet_web.enable", offToo: true },
  { app: "skynetweb", setting: "dmsg_web.enable", offToo: false },
];

/** Finds apps that the manifest starts or stops, and a setting of the same visor that does the opposite. */
export function checkAppsAndSettings({ desired }: Linted): readonly LintFinding[] {
  const found = desired.visors.flatMap((visor) =>
    PAIRS.flatMap((pair) => contradictions(visor, pair)),
  );
  const places = new Set<string>();
  return found.filter(({ diagnostic: { at } }) => {
    const place = `${at.line}:${at.column}`;
    if (places.has(place)) return false;
    places.add(place);
    return true;
  });
}

function contradictions(
  visor: DesiredVisor,
  { app, setting, offToo }: (typeof PAIRS)[number],
): readonly LintFinding[] {
  const switched = valueOf(visor, `settings.${setting}`);
  if (switched === undefined || (switched.value === false && !offToo)) return [];
  return ["present", "running", "auto_start"].flatMap((field) => {
    const leaf = valueOf(visor, `apps.${app}.${field}`);
    // That an app is there is no contradiction to its being off.
    if (leaf === undefined || leaf.value === switched.value) return [];
    if (field === "present" && leaf.value === true) return [];
    return [
      finding("app-and-setting", {
        message: `apps.${app}.${field} is ${canonicalJson(leaf.value)} and settings.${setting} is ${canonicalJson(switched.value)}, and the visor has one of them in force`,
        at: leaf.origin.place,
        text: field,
        next: `say it once: keep settings.${setting} and remove this line`,
        related: [{ message: "the setting is written here", at: switched.origin.place }],
      }),
    ];
  });
}

function valueOf(
  { leaves: fields }: DesiredVisor,
  path: string,
): Extract<DesiredField, { readonly kind: "value" }> | undefined {
  const field = fields.get(path);
  return field?.kind === "value" ? field : undefined;
}
