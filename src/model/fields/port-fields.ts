// The fields of a served port: one row each, which says all that reading, comparing, writing and showing go by.
import type { FieldRow } from "./field-row.ts";

/** A field of a served port's record. */
export interface PortFieldRow extends FieldRow {
  readonly type: "keys" | "port" | "text" | "flag";
  /** What a manifest means that names the port and not the field; a port goes by its own number, a list has none. */
  readonly usual?: string | boolean;
}

/**
 * The record of a served port, `ports.PORT.FIELD`, in the order in which it is written. All of it is sent by one method,
 * and read by `ListForwardedPorts`, under the same names; a visor that serves the one serves the others.
 */
export const PORT_FIELDS = {
  whitelist: { type: "keys", risk: "app", about: "Who may connect. Required." },
  local_port: {
    type: "port",
    risk: "app",
    about: "The port on the visor's machine.",
  },
  label: { type: "text", usual: "", risk: "label", about: "A short title." },
  description: { type: "text", usual: "", risk: "label", about: "A longer text." },
  show_on_landing: {
    type: "flag",
    usual: false,
    risk: "app",
    about: "Whether the visor's landing page lists it.",
  },
  skynet: { type: "flag", usual: true, risk: "app", about: "Whether it is served over skynet." },
  dmsg: {
    type: "flag",
    usual: true,
    risk: "app",
    about:
      "Whether it is served over dmsg. Changed on a served port it is in force after the visor restarts.",
  },
  udp: { type: "flag", usual: false, risk: "app", about: "Whether it carries UDP." },
  proxy_addr: {
    type: "text",
    usual: "",
    risk: "app",
    about: "The address requests are passed on to, when it is not the local port.",
  },
  preserve_host: {
    type: "flag",
    usual: false,
    risk: "app",
    about: "Whether the Host header is passed on.",
  },
  inject_pk: {
    type: "flag",
    usual: false,
    risk: "app",
    about: "Whether the caller's key is added as a header.",
  },
} as const;

type Rows = typeof PORT_FIELDS;

/** A field of a port's record. */
type PortRecordField = keyof Rows;

/** What of a port is owned: the fields of its record, and whether there is one. */
export type PortField = PortRecordField | "open";

interface Values {
  readonly keys: readonly string[];
  readonly port: number;
  readonly text: string;
  readonly flag: boolean;
}

/** One served port, as seen or as wanted. In its whitelist stand sorted keys; none means every authenticated peer. */
export type ObservedPort = { readonly port: number } & {
  readonly [Field in PortRecordField]: Values[Rows[Field]["type"]];
};

const BY_NAME: Readonly<Record<string, PortFieldRow>> = PORT_FIELDS;

/** The row of a field of a port's record; `undefined` for any other name. */
export function portFieldRow(name: string): PortFieldRow | undefined {
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** The fields of one type, or of several, in the table's order. */
export function portFieldsOf<Type extends PortFieldRow["type"]>(
  ...types: readonly Type[]
): readonly PortFieldOfType<Type>[] {
  return Object.entries(BY_NAME).flatMap(([name, { type }]) =>
    types.some((one) => one === type) ? [name as PortFieldOfType<Type>] : [],
  );
}

/** The names of the fields of a type. */
export type PortFieldOfType<Type> = {
  [Field in PortRecordField]: Rows[Field]["type"] extends Type ? Field : never;
}[PortRecordField];

const USUAL = Object.entries(BY_NAME).flatMap(([name, { usual }]) =>
  usual === undefined ? [] : [[name, usual] as const],
);

/** The values of a port's record that a manifest means where it does not say them; of the whitelist there is none. */
export function usualOfPort(port: number): Readonly<Record<string, string | number | boolean>> {
  const own = portFieldsOf("port").map((name) => [name, port] as const);
  return Object.fromEntries<string | number | boolean>([...own, ...USUAL]);
}

/** The record of a port that a manifest opens without saying more. */
export function defaultPort(port: number): ObservedPort {
  return { port, whitelist: [], ...usualOfPort(port) } as unknown as ObservedPort;
}
