// The fields of an app: one row each, which says all that reading, comparing, writing and showing go by.
// Source: skywire-rpc 4.2; for flags and what an absent one means `skywire app vpn-server --help` of v1.3.28 and
// PR #3025 (2026-06-05).
import { defined } from "../../core/index.ts";
import type { FieldRow } from "./field-row.ts";

/** A field of an app, `apps.APP.FIELD`. */
export interface AppFieldRow extends FieldRow {
  readonly type: "flag" | "text" | "mode" | "arguments" | "variables" | "keys" | "key";
  /** `SetConfigFields` takes it, where it is served. */
  readonly inConfig: boolean;
  /** The setters of releases without `SetConfigFields`, first the better one. */
  readonly setters: readonly string[];
  /** What must start anew before a written value is in force. */
  readonly restart: "none" | "app" | "visor";
  /** Where it stands among the app's arguments, and which programs (binary, or app name without one) take it. */
  readonly option?: string;
  readonly programs?: readonly string[];
  /** What the program goes by where the option is not given; absent is nothing at all. */
  readonly absent?: boolean | { readonly of2024: string; readonly of2026: string };
}

/**
 * Every field that a manifest may own, first those of the launcher's entry, then those that stand among the arguments.
 * Adding and removing an app, and starting and stopping it, have methods of their own.
 */
export const APP_FIELDS = {
  present: {
    type: "flag",
    risk: "app",
    inConfig: false,
    setters: ["AddApp", "DeleteApp"],
    restart: "none",
    about:
      "`false` deletes the app from the visor (then no other field may be named); `true` adds it when it is missing.",
  },
  running: {
    type: "flag",
    risk: "app",
    inConfig: false,
    setters: [],
    restart: "none",
    about: "Whether the app runs.",
  },
  auto_start: {
    type: "flag",
    risk: "app",
    inConfig: true,
    setters: ["SetAutoStart"],
    restart: "none",
    about: "Whether the app starts with the visor.",
  },
  binary: {
    type: "text",
    risk: "trust",
    inConfig: true,
    setters: [],
    restart: "visor",
    about: "The program, for apps that are not built in. Runs code on the visor.",
  },
  args: {
    type: "arguments",
    risk: "trust",
    inConfig: true,
    setters: ["SetAppArgs"],
    restart: "app",
    about: "The arguments that no typed field stands for, in order. Runs code on the visor.",
  },
  env: {
    type: "variables",
    risk: "trust",
    inConfig: true,
    setters: ["SetAppEnvFull"],
    restart: "app",
    about: "Environment variables, all of them. Runs code on the visor.",
  },
  launcher_mode: {
    type: "mode",
    risk: "trust",
    inConfig: false,
    setters: ["SetAppLauncherMode"],
    restart: "app",
    about: "Whether the app runs inside the visor's process or as its own.",
  },
  whitelist: {
    type: "keys",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs", "SetAppWhitelist"],
    restart: "app",
    option: "whitelist",
    programs: ["skysocks", "vpn-server"],
    about: "Who may use the exit (skysocks, vpn-server).",
  },
  pk: {
    type: "key",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs", "SetAppPK"],
    restart: "app",
    option: "srv",
    programs: ["skysocks-client", "vpn-client"],
    about: "The visor whose exit is used (skysocks-client, vpn-client): a name or a key.",
  },
  secure: {
    type: "flag",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs"],
    restart: "app",
    option: "secure",
    programs: ["vpn-server"],
    absent: true,
    about: "Whether clients are kept out of the visor's local network (vpn-server).",
  },
  killswitch: {
    type: "flag",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs"],
    restart: "app",
    option: "killswitch",
    programs: ["vpn-client"],
    absent: false,
    about: "Whether traffic stops when the tunnel does (vpn-client).",
  },
  netifc: {
    type: "text",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs", "SetAppNetworkInterface"],
    restart: "app",
    option: "netifc",
    programs: ["vpn-server"],
    about: "The network interface of the exit (vpn-server).",
  },
  dns: {
    type: "text",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs", "SetAppDNS"],
    restart: "app",
    option: "dns",
    programs: ["vpn-client"],
    about: "The DNS server used inside the tunnel (vpn-client).",
  },
  address: {
    type: "text",
    risk: "app",
    inConfig: true,
    setters: ["SetAppArgs", "SetAppAddress"],
    restart: "app",
    option: "addr",
    programs: ["skychat"],
    absent: { of2024: ":8001", of2026: "127.0.0.1:8001" },
    about: "The address of the web page (skychat), such as `:8001`.",
  },
} as const;

type Rows = typeof APP_FIELDS;

export type AppField = keyof Rows;

/** Fields that live inside the argument list. */
export type AppTypedField = {
  [Field in AppField]: Rows[Field] extends { readonly option: string } ? Field : never;
}[AppField];

const BY_NAME: Readonly<Record<AppField, AppFieldRow>> = APP_FIELDS;

/** The row of a field. */
export function appFieldRow(field: AppField): AppFieldRow {
  return BY_NAME[field];
}

/** The names of all fields, in the table's order. */
export const APP_FIELD_NAMES: readonly AppField[] = Object.keys(BY_NAME) as readonly AppField[];

/** True for the name of a field of apps. */
export function isAppField(name: string): name is AppField {
  return Object.hasOwn(BY_NAME, name);
}

/** How one typed field is written in an argument list, and which programs understand it. */
export interface TypedFieldForm {
  readonly field: AppTypedField;
  /** Option name without dashes. */
  readonly option: string;
  /** `value`: two elements, `--option value`. `flag`: one element, `--option=true`, which every release reads. */
  readonly form: "value" | "flag";
  readonly programs: readonly string[];
  readonly absent?: AppFieldRow["absent"];
}

export const TYPED_FIELDS: readonly TypedFieldForm[] = APP_FIELD_NAMES.flatMap((name) => {
  const { option, programs = [], type, absent } = BY_NAME[name];
  if (option === undefined) return [];
  const form = type === "flag" ? "flag" : "value";
  const field = name as AppTypedField;
  return [{ field, option, form, programs, ...defined({ absent }) }];
});

/** Options of built-in apps without a field that take a value. */
export const OTHER_VALUE_OPTIONS: readonly string[] = ["passcode"];

/**
 * Apps that visors run by themselves, without a program of their own. Releases differ in which of them they have.
 * Source: the launcher's internal apps, and the apps of a fresh configuration.
 */
export const BUILT_IN_APPS: readonly string[] = [
  "dmsgweb",
  "pty",
  "skychat",
  "skycoin-web",
  "skydex-client",
  "skydex-market",
  "skynet",
  "skynet-client",
  "skynetweb",
  "skysocks",
  "skysocks-client",
  "vpn-client",
  "vpn-router",
  "vpn-server",
];

/** Apps that serve anybody while their whitelist is empty. */
export const EXIT_PROGRAMS: readonly string[] = ["skysocks", "vpn-server"];

/** An argument list holds at most this many bytes in one element (the kernel's limit for one argument). */
export const ARGUMENT_BYTES_MAX: number = 128 * 1024 - 1;

/**
 * Positions in an argument list that hold a secret: the element after an option that names one, or the
 * element `--option=value` itself. Manifest, masking and comparison all go by this one rule.
 */
export function secretPositions(args: readonly unknown[]): ReadonlySet<number> {
  const positions = new Set<number>();
  args.forEach((element, index) => {
    if (typeof element !== "string" || !element.startsWith("-")) return;
    const equals = element.indexOf("=");
    if (!namesSecret(equals < 0 ? element : element.slice(0, equals))) return;
    if (equals >= 0) positions.add(index);
    else if (index + 1 < args.length) positions.add(index + 1);
  });
  return positions;
}

/** True for an option or variable name whose value is a secret. */
export function namesSecret(name: string): boolean {
  return /pass|token|secret|key|(^|[-_.])sk$/i.test(name.replace(/^-+/, ""));
}

/** The keys of a whitelist argument: comma-separated, sorted, without blanks or repetitions. */
export function parseWhitelist(text: string): readonly string[] {
  const keys = text.split(",").map((key) => key.trim().toLowerCase());
  return [...new Set(keys.filter((key) => key !== ""))].sort();
}
