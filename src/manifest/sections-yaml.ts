// What a visor showed as sections of a manifest, to be pasted.
import { compareTexts, type Json, type JsonObject } from "../core/index.ts";
import {
  type AppTypedField,
  exitOf,
  isKeptRunning,
  isLoopbackHost,
  knowsWhitelist,
  leadingAddress,
  MASK,
  type ObservedApp,
  type ObservedPort,
  parseWhitelist,
  PORT_FIELDS,
  portFieldsOf,
  programOf,
  type SeenVisor,
  settingAt,
  settingFault,
  splitArgs,
  typedForm,
} from "../model/index.ts";
import { isAppAddress } from "./app-address.ts";
import { rewardAddressFault } from "./reward-address.ts";
import { APP_NAME_PATTERN } from "./schema-parts.ts";
import { commentText, yamlList, yamlText } from "./yaml-text.ts";

type NameOf = (key: string) => string | undefined;

/** The app that keeps the remote terminal alive; a manifest cannot say that it is off. */
const PTY = "pty";
const INDENT = "    ";
const APP_NAME = new RegExp(APP_NAME_PATTERN);
const UNPRINTABLE = /\p{Cc}|\p{Surrogate}/u;

/**
 * Formats what a visor showed as sections of a manifest, indented to be pasted below the visor's key.
 * Whatever is kept becomes owned. Secrets stand there as comments; names are used for keys that have one.
 */
export function formatSectionsYaml(seen: SeenVisor, nameOf: NameOf = () => undefined): string {
  const key = (one: string): string => nameOf(one) ?? one;
  const own = seen.key;
  const lines = [
    "# Paste below the visor's key and keep only what fleet shall own.",
    ...trustLines(seen, (list) => list.filter((one) => one !== own).map(key)),
    ...settingLines(seen.settings),
    ...seen.apps
      .toSorted((a, b) => compareTexts(a.name, b.name))
      .filter(({ name }, index, apps) => apps[index - 1]?.name !== name)
      .flatMap((app) =>
        seen.apps.filter(({ name }) => name === app.name).length > 1
          ? [
              `# the visor has the app ${commentText(app.name)} twice: take one out of its configuration`,
            ]
          : appLines(seen, app, key),
      ),
    ...(seen.ports ?? [])
      .toSorted((a, b) => a.port - b.port)
      .flatMap((port) => portLines(port, key)),
    ...surveyLines(seen.survey),
    ...rewardLines(seen.rewardAddress),
  ];
  return `${sectioned(lines).join("\n")}\n`;
}

/** Puts the name of a section above its first line. */
function sectioned(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  let section = "";
  for (const line of lines) {
    const [, name, rest] = /^@(\w+) ([^]*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) out.push(INDENT + line);
    else {
      if (name !== section) out.push(`${INDENT}${name}:`);
      section = name;
      out.push(`${INDENT}  ${rest}`);
    }
  }
  return out;
}

function trustLines(
  seen: SeenVisor,
  others: (keys: readonly string[]) => readonly string[],
): readonly string[] {
  const lists = [
    ["hypervisors", seen.hypervisors],
    ["pty", seen.pty],
    ["dmsgscp", (seen.dmsgscp ?? []).length === 0 ? undefined : seen.dmsgscp],
  ] as const;
  const lines = lists.flatMap(([name, keys]) =>
    keys === undefined
      ? []
      : [{ name, keys: others(keys) }].map((list) =>
          list.keys.length === 0
            ? { own: false, line: `${list.name}: nobody` }
            : { own: true, line: `${list.name}: ${yamlList(list.keys)}` },
        ),
  );
  const exec = seen.allowRpcExec === true ? [{ own: true, line: "allow_rpc_exec: true" }] : [];
  return [...lines, ...exec]
    .map(({ own, line }) => (own ? `@trust ${line}` : `# trust.${line}`))
    .toSorted(ownFirst);
}

/** Comments stand below the values of their section. */
function ownFirst(left: string, right: string): number {
  return Number(left.startsWith("#")) - Number(right.startsWith("#"));
}

function settingLines(settings: Readonly<Record<string, Json>>): readonly string[] {
  return Object.entries(settings)
    .toSorted(([a], [b]) => compareTexts(a, b))
    .flatMap(([path, value]) => {
      const setting = settingAt(path);
      if (setting === undefined || settingFault(setting.type, value) !== undefined) return [];
      const text = valueText(value);
      if (setting.type.kind === "open-host" && typeof value === "string" && !isLoopbackHost(value))
        return [
          `@settings ${path}: { host: ${text ?? ""}, whitelist: anyone }  # open to everybody`,
        ];
      return text === undefined ? [] : [`@settings ${path}: ${text}`];
    });
}

function valueText(value: Json): string | undefined {
  if (typeof value === "string") return UNPRINTABLE.test(value) ? undefined : yamlText(value);
  if (Array.isArray(value) && value.some((item: Json) => typeof item === "object")) {
    const entries = (value as readonly JsonObject[]).map(recordText);
    return entries.includes(undefined) ? undefined : `[${entries.join(", ")}]`;
  }
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string" && !UNPRINTABLE.test(item))
      ? yamlList(value as readonly string[])
      : undefined;
  }
  return typeof value === "object" ? undefined : String(value);
}

/** `{ name: text, … }`; `undefined` where a member cannot be shown. */
function recordText(record: JsonObject): string | undefined {
  const members = Object.entries(record).map(([name, text]) => {
    const shown = typeof text === "string" ? valueText(text) : undefined;
    return shown === undefined ? undefined : `${name}: ${shown}`;
  });
  return members.includes(undefined) ? undefined : `{ ${members.join(", ")} }`;
}

function appLines(
  seen: SeenVisor,
  app: ObservedApp,
  key: (one: string) => string,
): readonly string[] {
  if (!APP_NAME.test(app.name))
    return [`# an app with the name ${commentText(JSON.stringify(app.name))}`];
  const { typed, broken, rest } = splitArgs(app);
  const whitelist = parseWhitelist(typed.get("whitelist") ?? "");
  const exit = exitOf({ ...app, args: app.raw.open().args });
  const open = exit !== undefined && knowsWhitelist(seen, app) && whitelist.length === 0;
  const hidden = rest.some((one) => one.includes(MASK));
  const plain = rest.every((one) => !UNPRINTABLE.test(one));
  const fields = [
    ...stateLines(app),
    ...(app.launcherMode === "internal" || app.launcherMode === "external"
      ? [`launcher_mode: ${app.launcherMode}`]
      : []),
    ...(open ? ["whitelist: anyone  # open to everybody"] : []),
    ...(whitelist.length > 0 ? [`whitelist: ${yamlList(whitelist.map(key))}`] : []),
    ...typedLines(app, typed, key),
    ...[...broken.values()].map(
      (element) => `# ${commentText(element)} keeps the app from starting`,
    ),
    ...(rest.length > 0 && !hidden && plain ? [`args: ${yamlList(rest)}`] : []),
    ...(hidden ? ["# args hold a secret: write env:NAME or file:PATH in its place"] : []),
    ...((app.env ?? []).length > 0
      ? [`# env: ${variables(app.env ?? [])} (a secret is written env:NAME)`]
      : []),
  ];
  return [`@apps ${app.name}:`, ...fields.map((field) => `@apps   ${field}`)];
}

/** Running and auto_start, as far as a manifest may say them of this app. */
function stateLines(app: ObservedApp): readonly string[] {
  const isPty = app.name === PTY || programOf(app) === PTY;
  return [
    ...(app.running || !(isPty || isKeptRunning(app)) ? [`running: ${app.running}`] : []),
    ...(app.autoStart || !isPty ? [`auto_start: ${app.autoStart}`] : []),
  ];
}

/** Typed fields that are given, in the order of the arguments. */
function typedLines(
  app: ObservedApp,
  typed: ReadonlyMap<AppTypedField, string>,
  key: (one: string) => string,
): readonly string[] {
  return [...typed].flatMap(([field, value]) => {
    if (field === "whitelist" || value === "" || UNPRINTABLE.test(value)) return [];
    if (field === "address" && !isAppAddress(value)) return [];
    if (typedForm(programOf(app), field)?.form === "flag") return [`${field}: ${value}`];
    return [`${field}: ${yamlText(field === "pk" ? key(value) : value)}`];
  });
}

function variables(env: readonly string[]): string {
  return commentText(env.map((one) => one.split("=", 1)[0] ?? "").join(", "));
}

function portLines(port: ObservedPort, key: (one: string) => string): readonly string[] {
  const fields = [
    port.whitelist.length === 0
      ? "whitelist: anyone  # open to everybody"
      : `whitelist: ${yamlList(port.whitelist.map(key))}`,
    ...(port.local_port === port.port ? [] : [`local_port: ${port.local_port}`]),
    ...portFieldsOf("text").flatMap((field) =>
      port[field] === "" || port[field] === leadingAddress(port) || UNPRINTABLE.test(port[field])
        ? []
        : [`${field}: ${yamlText(port[field])}`],
    ),
    ...flagLines(port, true),
    ...flagLines(port, false),
  ];
  return [`@ports ${port.port}:`, ...fields.map((field) => `@ports   ${field}`)];
}

/** The flags of a port that are not what a record means that does not say them. */
function flagLines(port: ObservedPort, usual: boolean): readonly string[] {
  return portFieldsOf("flag").flatMap((field) =>
    PORT_FIELDS[field].usual === usual && port[field] !== usual ? [`${field}: ${!usual}`] : [],
  );
}

function surveyLines(survey: readonly string[] | undefined): readonly string[] {
  if (survey === undefined || survey.length === 0) return [];
  return [`# survey: ${survey.length} keys; own single ones with { add: […], remove: […] }`];
}

function rewardLines(address: string | undefined): readonly string[] {
  if (address === undefined || rewardAddressFault(address) !== undefined) return [];
  return [`reward_address: ${address}`];
}
