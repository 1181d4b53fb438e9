// The served ports of one run of a visor: their records, and the dmsg listeners that live beside them.
import type { ForwardedPort } from "./wire-2026.ts";

/** The visor's own web port: a record there is a web site behind its log server, and never a listener of its own. */
const WEB_PORT = 80;
const PORT_MAX = 65_535;
/** What the web port shows when no record says otherwise. */
const LANDING_PAGE = "landing page";

/** A dmsg listener as it is really open. */
export interface DmsgListener {
  readonly port: number;
  /** The local port it was opened with, whatever the record says since. */
  readonly localPort: number;
}

/** Who knocks at which port, and over what. */
export interface Knock {
  /** The key that dials. */
  readonly from: string;
  readonly port: number;
  readonly over: "dmsg" | "skynet";
}

/**
 * Records and listeners. A record is written whole, and what reads it for each connection (whitelist, proxy address,
 * all of skynet) is in force at once. A dmsg listener is opened by a registration, or at the start for each record
 * that wants one, and ends only with the run: no update and no deregistration closes or moves it, and without a record
 * there is no whitelist left to ask.
 * Source: api_network.go (startDmsgForwarder, isPeerAllowed), forwarded_ports.go.
 */
export class ServedPorts {
  readonly #records: Map<number, ForwardedPort>;
  readonly #listeners = new Map<number, number>();

  constructor(records: ReadonlyMap<number, ForwardedPort>) {
    this.#records = new Map(records);
    for (const record of this.#records.values()) this.#listen(record);
  }

  get records(): ReadonlyMap<number, ForwardedPort> {
    return this.#records;
  }

  /** Every dmsg listener that accepts connections now, by port. */
  get listeners(): readonly DmsgListener[] {
    return [...this.#listeners]
      .map(([port, localPort]) => ({ port, localPort }))
      .sort((left, right) => left.port - right.port);
  }

  /** Writes a record, also over one that is there. Where the dmsg port is taken it only warns. */
  register(record: ForwardedPort): void {
    if (record.Port < 1 || record.Port > PORT_MAX) throw new Error(`invalid port ${record.Port}`);
    this.#records.set(record.Port, record);
    this.#listen(record);
  }

  update(record: ForwardedPort): void {
    if (!this.#records.has(record.Port)) throw new Error(`port ${record.Port} not registered`);
    this.#records.set(record.Port, record);
  }

  deregister(port: number): void {
    if (!this.#records.delete(port)) throw new Error(`port :${port} not registered`);
  }

  /** Where a connection ends up, such as `localhost:3000`; `undefined` when nobody lets it in. */
  reach({ from, port, over }: Knock): string | undefined {
    const record = this.#records.get(port);
    if (record !== undefined && record.Whitelist.length > 0 && !record.Whitelist.includes(from))
      return undefined;
    const proxied = record === undefined || record.ProxyAddr === "" ? undefined : record.ProxyAddr;
    if (port === WEB_PORT) return proxied ?? webSite(record);
    if (over === "skynet")
      return record?.Skynet === true ? (proxied ?? local(localPortOf(record))) : undefined;
    const localPort = this.#listeners.get(port);
    return localPort === undefined ? undefined : (proxied ?? local(localPort));
  }

  #listen(record: ForwardedPort): void {
    if (!record.DMSG || record.Port === WEB_PORT || this.#listeners.has(record.Port)) return;
    this.#listeners.set(record.Port, localPortOf(record));
  }
}

/** A record of the plain old form. */
export function plainPort(port: number): ForwardedPort {
  return {
    Port: port,
    LocalPort: 0,
    Label: "",
    Description: "",
    ShowOnLanding: true,
    Whitelist: [],
    Skynet: true,
    DMSG: false,
    UDP: false,
    ProxyAddr: "",
    PreserveHost: false,
    InjectPK: false,
  };
}

/** Zero stands for the port itself. */
function localPortOf({ Port, LocalPort }: ForwardedPort): number {
  return LocalPort > 0 ? LocalPort : Port;
}

function local(port: number): string {
  return `localhost:${port}`;
}

function webSite(record: ForwardedPort | undefined): string {
  return record === undefined || record.LocalPort === 0
    ? LANDING_PAGE
    : `127.0.0.1:${record.LocalPort}`;
}
