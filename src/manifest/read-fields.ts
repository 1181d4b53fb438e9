// Reading what a role or a visor says of values on visors.
import type { Json, Place } from "../core/index.ts";
import { SAME_ENTRY, settingAt, settingFault, SETTINGS } from "../model/index.ts";
import type { WrittenFields, Written } from "./manifest.ts";
import { checkPlain, writtenValue, readApp, readList } from "./read-app.ts";
import { placeOf, type Reading, goodValueAt, goodEntries, textOf } from "./reading.ts";
import { rewardAddressFault } from "./reward-address.ts";
import type { Entry, MapTree, Tree } from "./source.ts";

const SETTING_PATHS: ReadonlySet<string> = new Set(SETTINGS.map((setting) => setting.path));

/** Reads what a role or a visor says about values on visors, as fields. */
export function readBody(reading: Reading, tree: MapTree): WrittenFields {
  const written = new Map<string, Written>();
  const apps = new Map<string, Place>();
  const ports = new Map<string, Place>();
  const put = (path: string, value: Written): void => void written.set(path, value);
  for (const list of goodEntries(reading, goodValueAt(reading, tree, "trust"))) {
    if (list.value.kind === "scalar" && typeof list.value.value === "boolean")
      put(`trust.${list.key}`, writtenValue(list.value.value, placeOf(reading, list.offset)));
    else put(`trust.${list.key}`, readList(reading, list.value, placeOf(reading, list.offset)));
  }
  for (const app of goodEntries(reading, goodValueAt(reading, tree, "apps"))) {
    apps.set(app.key, placeOf(reading, app.offset));
    readApp(reading, app, put);
  }
  for (const port of goodEntries(reading, goodValueAt(reading, tree, "ports"))) {
    ports.set(port.key, placeOf(reading, port.offset));
    readPort(reading, port, put);
  }
  for (const setting of goodEntries(reading, goodValueAt(reading, tree, "settings"))) {
    if (SETTING_PATHS.has(setting.key)) {
      readSetting(reading, setting, put);
    }
  }
  const survey = entryOf(reading, tree, "survey");
  if (survey !== undefined) {
    put("survey", readList(reading, survey.value, placeOf(reading, survey.offset)));
  }
  const address = entryOf(reading, tree, "reward_address");
  if (address !== undefined) readAddress(reading, address, put);
  return { written, apps, ports };
}

function entryOf(reading: Reading, tree: MapTree, key: string): Entry | undefined {
  return goodValueAt(reading, tree, key) === undefined ? undefined : tree.entries.get(key);
}

function readPort(
  reading: Reading,
  port: Entry,
  put: (path: string, written: Written) => void,
): void {
  const prefix = `ports.${port.key}`;
  const place = placeOf(reading, port.offset);
  if (port.value.kind === "scalar") {
    put(`${prefix}.open`, writtenValue(false, place));
    return;
  }
  put(`${prefix}.open`, writtenValue(true, place));
  for (const field of goodEntries(reading, port.value)) {
    const at = placeOf(reading, field.offset);
    if (field.key === "whitelist") {
      put(`${prefix}.whitelist`, readList(reading, field.value, at));
    } else if (field.value.kind === "scalar" && field.value.value !== null) {
      checkPlain(reading, field.value);
      put(`${prefix}.${field.key}`, writtenValue(field.value.value, at));
    }
  }
}

function readSetting(
  reading: Reading,
  setting: Entry,
  put: (path: string, written: Written) => void,
): void {
  const open = openHostOf(setting.value);
  const tree = open ?? setting.value;
  const value = valueOf(tree);
  const type = settingAt(setting.key)?.type;
  if (value === undefined || type === undefined) return;
  for (const node of scalarsIn(tree)) checkPlain(reading, node);
  const fault = settingFault(type, value);
  if (fault !== undefined) {
    // Lists and maps of another form were refused with the place of what is wrong in them.
    if (tree.kind === "scalar" || fault === SAME_ENTRY) refuseSetting(reading, tree, fault);
    return;
  }
  const written = writtenValue(value, placeOf(reading, setting.offset));
  put(`settings.${setting.key}`, open === undefined ? written : { ...written, anyone: true });
}

/** The host of `{ host: …, whitelist: anyone }`; `undefined` for anything else. */
function openHostOf(tree: Tree): Tree | undefined {
  return tree.kind === "map" ? tree.entries.get("host")?.value : undefined;
}

/** What the form of the manifest lets through and is no value all the same. */
function refuseSetting(reading: Reading, tree: Tree, fault: string): void {
  reading.report({
    code: "manifest/value",
    severity: "error",
    message: `this ${fault}`,
    at: placeOf(reading, tree.offset),
    ...(tree.kind === "scalar" ? { text: tree.text.slice(0, 80) } : {}),
    next: "correct the value",
  });
}

function valueOf(tree: Tree): Json | undefined {
  if (tree.kind === "scalar") return tree.value ?? undefined;
  if (tree.kind === "list") return tree.items.map((item) => recordOf(item) ?? textOf(item) ?? "");
  return undefined;
}

/** A map of texts, as an entry of a list. */
function recordOf(tree: Tree): Json | undefined {
  if (tree.kind !== "map") return undefined;
  return Object.fromEntries(
    [...tree.entries.values()].map(({ key, value }) => [key, textOf(value) ?? ""]),
  );
}

function scalarsIn(tree: Tree): readonly Tree[] {
  if (tree.kind === "list") return tree.items.flatMap(scalarsIn);
  if (tree.kind === "map") return [...tree.entries.values()].map(({ value }) => value);
  return [tree];
}

function readAddress(
  reading: Reading,
  address: Entry,
  put: (path: string, written: Written) => void,
): void {
  const text = textOf(address.value) ?? "";
  const fault = rewardAddressFault(text);
  if (fault === undefined) {
    put("reward_address", writtenValue(text, placeOf(reading, address.offset)));
    return;
  }
  reading.report({
    code: "manifest/reward-address",
    severity: "error",
    message: `this is no Skycoin address: ${fault}`,
    at: placeOf(reading, address.value.offset),
    text: text.slice(0, 80),
    next: "copy the address again from the wallet",
  });
}
