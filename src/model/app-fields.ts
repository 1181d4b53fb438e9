/**
 * The fields of an app that a manifest may own, and how typed fields stand in an argument list.
 * Source: skywire-rpc 4.2; for flags and what an absent one means `skywire app vpn-server --help` of v1.3.28 and
 * PR #3025 (2026-06-05).
 */

/** Fields kept in the launcher entry itself. */
export type AppPlainField =
  | "present"
  | "running"
  | "auto_start"
  | "binary"
  | "args"
  | "env"
  | "launcher_mode";

/** Fields that live inside the argument list. */
export type AppTypedField =
  | "whitelist"
  | "pk"
  | "secure"
  | "killswitch"
  | "netifc"
  | "dns"
  | "address";

export type AppField = AppPlainField | AppTypedField;

/** How one typed field is written in an argument list, and which programs understand it. */
export interface TypedFieldForm {
  readonly field: AppTypedField;
  /** Option name without dashes. */
  readonly option: string;
  /** `value`: two elements, `--option value`. `flag`: one element, `--option=true`, which every release reads. */
  readonly form: "value" | "flag";
  /** Programs (binary, or app name where no binary is named) that take it. */
  readonly programs: readonly string[];
  /** What the program goes by where the option is not given; absent is nothing at all. */
  readonly absent?: boolean | { readonly of2024: string; readonly of2026: string };
}

export const TYPED_FIELDS: readonly TypedFieldForm[] = [
  { field: "whitelist", option: "whitelist", form: "value", programs: ["skysocks", "vpn-server"] },
  { field: "pk", option: "srv", form: "value", programs: ["skysocks-client", "vpn-client"] },
  { field: "secure", option: "secure", form: "flag", programs: ["vpn-server"], absent: true },
  {
    field: "killswitch",
    option: "killswitch",
    form: "flag",
    programs: ["vpn-client"],
    absent: false,
  },
  { field: "netifc", option: "netifc", form: "value", programs: ["vpn-server"] },
  { field: "dns", option: "dns", form: "value", programs: ["vpn-client"] },
  {
    field: "address",
    option: "addr",
    form: "value",
    programs: ["skychat"],
    absent: { of2024: ":8001", of2026: "127.0.0.1:8001" },
  },
];

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
