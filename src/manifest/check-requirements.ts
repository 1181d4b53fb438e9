// What only the joined manifest shows: whether it can meet its own policy, and whether a web proxy is turned on without a word.
import { counted, type Diagnostic, gitKeyKind, type Place } from "../core/index.ts";
import { type Capability, type DesiredField, WEB_PROXIES } from "../model/index.ts";
import type { WrittenOperator } from "./manifest.ts";
import { numberOf, placeOf, type Reading, goodValueAt, goodEntries, textOf } from "./reading.ts";
import type { MapTree, Tree } from "./source.ts";

// Whether a manifest can meet what its own policy asks for.

/** What there is of something that a policy counts. */
interface Supply {
  readonly count: number;
  /** Where it is listed, unless nothing is. */
  readonly place?: Place;
}

/** Refuses a policy that wants more relays, witnesses or signatures than the manifest has: no apply could pass. */
export function checkRequirements(reading: Reading, root: MapTree): void {
  check(reading, root, {
    key: "require_relays",
    supply: relaysIn(reading, root),
    what: ["relay is listed", "relays are listed"],
    next: "list more relays under ledger.relays, or write a smaller number",
  });
  check(reading, root, {
    key: "require_witnesses",
    supply: operatorsWho(reading, root, "witness"),
    what: ["operator may witness", "operators may witness"],
    next: "write may: [witness] at more operators, or a smaller number",
  });
  check(reading, root, {
    key: "keyset_signatures",
    supply: operatorsWho(reading, root, "apply"),
    what: ["operator may apply", "operators may apply"],
    next: "write may: [apply] at more operators, or a smaller number",
  });
}

/**
 * Refuses operators of whom nobody may apply: such a manifest could not be applied, and where it were, nobody could give the
 * right back. Asked of a manifest in which nothing else is refused, since that may be what is missing.
 */
export function checkAppliers(reading: Reading, root: MapTree): void {
  const operators = root.entries.get("operators");
  const supply = operatorsWho(reading, root, "apply");
  if (operators === undefined || supply === undefined || supply.count > 0) return;
  reading.report({
    code: "manifest/nobody-applies",
    severity: "error",
    message:
      "these operators are nobody who may apply: no change could be made, nor the right given back",
    at: placeOf(reading, operators.offset),
    text: operators.key,
    next: "write may: [plan, apply] at one operator at least",
  });
}

/**
 * Refuses a policy of signed commits that nobody could meet: once it is in force, not even the commit that takes it
 * back would pass.
 */
export function checkSigners(
  reading: Reading,
  root: MapTree,
  operators: readonly WrittenOperator[],
): void {
  const policy = goodValueAt(reading, root, "policy");
  const value = goodValueAt(reading, policy, "signed_commits");
  const wanted = textOf(value);
  if (value === undefined || wanted === undefined) return;
  const read = operators.reduce((count, { git }) => count + git.length, 0);
  if (read !== keysWritten(reading, root)) return;
  const isMet = operators.some(
    ({ may, git }) =>
      may.includes("apply") &&
      git.some(({ key }) => wanted === "any" || gitKeyKind(key) === wanted),
  );
  if (isMet) return;
  reading.report({
    code: "manifest/no-signer",
    severity: "error",
    message: `policy.signed_commits is ${wanted}, and no operator who may apply lists ${wanted === "gpg" ? "the fingerprint of an OpenPGP key" : wanted === "ssh" ? "an ssh key" : "a key"} under git`,
    at: placeOf(reading, value.offset),
    text: wanted,
    next: "write git: [KEY] at operators with may: [apply], two of them better than one: without a key no commit passes any more",
  });
}

/** How many keys are written, those that were refused included. */
function keysWritten(reading: Reading, root: MapTree): number {
  return goodEntries(reading, root.entries.get("operators")?.value)
    .map(({ value }) => (value.kind === "map" ? value.entries.get("git")?.value : undefined))
    .reduce((count, list) => count + (list?.kind === "list" ? list.items.length : 0), 0);
}

interface Requirement {
  readonly key: string;
  /** Absent when it was refused, and nothing can be said about how much there is. */
  readonly supply: Supply | undefined;
  readonly what: readonly [one: string, many: string];
  readonly next: string;
}

function check(reading: Reading, root: MapTree, { key, supply, what, next }: Requirement): void {
  const [one, many] = what;
  const value = goodValueAt(reading, goodValueAt(reading, root, "policy"), key);
  const wanted = numberOf(value);
  if (value === undefined || wanted === undefined || supply === undefined) return;
  const { count, place } = supply;
  if (wanted <= count) return;
  reading.report({
    code: "manifest/too-many-required",
    severity: "error",
    message: `policy.${key} is ${wanted}, and ${count === 0 ? `no ${one}` : counted(count, one, many)}`,
    at: placeOf(reading, value.offset),
    text: String(wanted),
    next,
    ...(place === undefined ? {} : { related: [{ message: `${count} in all, here`, at: place }] }),
  });
}

function relaysIn(reading: Reading, root: MapTree): Supply | undefined {
  const section = root.entries.get("ledger")?.value;
  const relays = section?.kind === "map" ? section.entries.get("relays") : undefined;
  if (section !== undefined && reading.faulty.has(section)) return undefined;
  if (relays === undefined) return { count: 0 };
  if (relays.value.kind !== "list" || reading.faulty.has(relays.value)) return undefined;
  return { count: relays.value.items.length, place: placeOf(reading, relays.offset) };
}

function operatorsWho(reading: Reading, root: MapTree, verb: Capability): Supply | undefined {
  const operators = root.entries.get("operators");
  if (operators === undefined) return { count: 0 };
  const { value } = operators;
  if (value.kind !== "map" || reading.faulty.has(value)) return undefined;
  const lists = goodEntries(reading, value).map((entry) =>
    goodValueAt(reading, entry.value, "may"),
  );
  const isWhole =
    lists.length === value.entries.size &&
    lists.every(
      (list) => list?.kind === "list" && !list.items.some((one) => reading.faulty.has(one)),
    );
  if (!isWhole) return undefined;
  const count = lists.filter((list) => names(list, verb)).length;
  return { count, place: placeOf(reading, operators.offset) };
}

function names(list: Tree | undefined, verb: Capability): boolean {
  return (
    list?.kind === "list" && list.items.some((one) => one.kind === "scalar" && one.text === verb)
  );
}

// What only the joined settings of one visor show: whether a web proxy is turned on without a word.

/** Web proxies are apps of the launcher too, by these names. */
const APPS = { dmsg_web: "dmsgweb", skynet_web: "skynetweb" } as const;

/** Refuses the address of a web proxy where nothing says whether it runs: a visor that is given one turns it on. */
export function checkProxies(
  fields: ReadonlyMap<string, DesiredField>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const proxy of WEB_PROXIES) {
    checkApp(proxy, fields, report);
    const address = fields.get(`settings.${proxy}.proxy_addr`);
    if (address === undefined || fields.has(`settings.${proxy}.enable`)) continue;
    report({
      code: "manifest/turns-on",
      severity: "error",
      message: `${proxy}.proxy_addr turns the proxy on when it is set, and nothing says whether it shall run`,
      at: address.origin.place,
      text: `${proxy}.proxy_addr`,
      next: `write ${proxy}.enable: true or ${proxy}.enable: false beside it`,
    });
  }
}

/** Refuses a proxy that its setting wants and its app does not, or the other way round: one would undo the other. */
function checkApp(
  proxy: (typeof WEB_PROXIES)[number],
  fields: ReadonlyMap<string, DesiredField>,
  report: (diagnostic: Diagnostic) => void,
): void {
  const path = `apps.${APPS[proxy]}.running`;
  const running = fields.get(path);
  const enable = fields.get(`settings.${proxy}.enable`);
  if (running?.kind !== "value" || enable?.kind !== "value" || running.value === enable.value)
    return;
  report({
    code: "manifest/contradiction",
    severity: "error",
    message: `${path} and ${proxy}.enable are one proxy, and say opposite things of it`,
    at: enable.origin.place,
    text: `${proxy}.enable`,
    next: `keep ${proxy}.enable and remove ${path}`,
    related: [{ message: `${path} is written here`, at: running.origin.place }],
  });
}
