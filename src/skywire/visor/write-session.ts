// What may be done to one visor that is open for writing: a method for each call that changes something.
import type { Json, VisorKey } from "../../core/index.ts";
import type { PortReading } from "./reply-shapes.ts";
import type { AppReading, SeenReading } from "./reading.ts";
import type { SafeConfig } from "./safe-config.ts";

/** What a write may say beside its values. */
export interface WriteOptions {
  /** How long to wait for the visor's word, ms; the session's own limit when not given. */
  readonly timeoutMs?: number;
}

/** What the visor says that it did with one configuration path. */
export interface FieldWritten {
  readonly path: string;
  /** False: in force when the visor starts next. */
  readonly live: boolean;
}

/**
 * One visor, open for writing. Every method resolves when the visor said that it did it, which is no proof: read
 * it back on a fresh connection. Otherwise a FleetError says what is known:
 * - visor/refused: the visor answered with an error;
 * - visor/no-method: this release has no such method, nothing was done;
 * - visor/unanswered: no word in time, or the connection ended: it may or may not have been done;
 * - visor/closed: nothing was sent, the session is over.
 */
export interface WriteSession {
  /** What was read when the session was opened, on its connection. */
  readonly reading: SeenReading;
  /** The configuration, read again on this connection; undefined where it cannot be read. */
  readConfig(): Promise<SafeConfig | undefined>;
  /** The apps, read again on this connection. */
  readApps(): Promise<readonly AppReading[]>;
  /** The served ports, read again on this connection; undefined where they cannot be listed. */
  readPorts(): Promise<readonly PortReading[] | undefined>;

  /** Sets values by configuration path. Not atomic: earlier paths stay set when a later one fails. */
  setConfigFields(
    fields: ReadonlyMap<string, Json>,
    options?: WriteOptions,
  ): Promise<readonly FieldWritten[]>;
  /**
   * Success means that a process was started, not that it lives. A visor does not look at the mode that its
   * configuration has: `mode` must be that one, and empty is the release's default.
   */
  startApp(name: string, mode: string, options?: WriteOptions): Promise<void>;
  /** The visor waits for the process to end, for ever if need be: give a deadline. */
  stopApp(name: string, options?: WriteOptions): Promise<void>;
  /** Always succeeds, for unknown apps too. */
  killApp(name: string, options?: WriteOptions): Promise<void>;
  setAutoStart(name: string, isOn: boolean, options?: WriteOptions): Promise<void>;
  /** Replaces all arguments, the launcher's leading ones too. */
  setAppArgs(name: string, args: readonly string[], options?: WriteOptions): Promise<void>;
  /** Replaces the environment; elements are `NAME=value`. */
  setAppEnvFull(name: string, env: readonly string[], options?: WriteOptions): Promise<void>;
  setAppLauncherMode(name: string, mode: string, options?: WriteOptions): Promise<void>;
  /** No keys means that everybody may use the app. */
  setAppWhitelist(name: string, keys: readonly VisorKey[], options?: WriteOptions): Promise<void>;
  setAppPk(name: string, key: VisorKey, options?: WriteOptions): Promise<void>;
  setAppSecure(name: string, isOn: boolean, options?: WriteOptions): Promise<void>;
  setAppKillswitch(name: string, isOn: boolean, options?: WriteOptions): Promise<void>;
  setAppNetworkInterface(name: string, netifc: string, options?: WriteOptions): Promise<void>;
  setAppAddress(name: string, address: string, options?: WriteOptions): Promise<void>;
  setAppDns(name: string, dns: string, options?: WriteOptions): Promise<void>;
  addApp(name: string, binary: string, options?: WriteOptions): Promise<void>;
  /** Stops the app first. */
  deleteApp(name: string, options?: WriteOptions): Promise<void>;
  addHypervisor(key: VisorKey, options?: WriteOptions): Promise<void>;
  removeHypervisor(key: VisorKey, options?: WriteOptions): Promise<void>;
  setMinHops(hops: number, options?: WriteOptions): Promise<void>;
  setCalculateRoutes(isOn: boolean, options?: WriteOptions): Promise<void>;
  setPublicAutoconnect(isOn: boolean, options?: WriteOptions): Promise<void>;
  setIsPublic(isOn: boolean, options?: WriteOptions): Promise<void>;
  /** Some releases answer only once an outside web site has: an unanswered call may well have been done. */
  setRewardAddress(address: string, options?: WriteOptions): Promise<void>;
  deleteRewardAddress(options?: WriteOptions): Promise<void>;
  registerForwardedPort(port: PortReading, options?: WriteOptions): Promise<void>;
  updateForwardedPort(port: PortReading, options?: WriteOptions): Promise<void>;
  /** Also the way to close a forwarded port. */
  deregisterTcpPort(port: number, options?: WriteOptions): Promise<void>;

  /** Ends the connection; a call still waiting ends as visor/unanswered. */
  close(): void;
}
