// Opens visors for writing, which only an apply is handed; each method of such a session is one call.
import {
  assert,
  canonicalJson,
  FleetError,
  hasCode,
  type Json,
  utf8,
  type VisorKey,
} from "../../core/index.ts";
import { askConfig, askFor } from "./ask-visor.ts";
import type { VisorAccess, VisorConnection } from "./connection.ts";
import { type Call, CALLS } from "./methods.ts";
import { Explorer } from "./reader.ts";
import { type AppReading, readingError, type ReadingWants, type SeenReading } from "./reading.ts";
import { isBefore2026 } from "./releases.ts";
import { remoteText } from "./remote-text.ts";
import { appsOf, portArgument, type PortReading, portsOf } from "./reply-shapes.ts";
import { assertWritablePaths, type SafeConfig } from "./safe-config.ts";
import { type Answer, isRefusedBody } from "./send-gate.ts";
import type { VisorTarget } from "./target.ts";
import type { Empty } from "./wire-types.ts";
import type { FieldWritten, WriteOptions, WriteSession } from "./write-session.ts";

// Opens visors for writing; only an apply is handed one.

/** Opens visors for writing. Only an apply is given one. */
export interface VisorWriter {
  /**
   * Opens a connection of its own to a visor, passes the gates, checks its key and reads it.
   * @throws FleetError as of `readingError` when the visor cannot be read as it must be
   */
  open(target: VisorTarget, wants?: ReadingWants): Promise<WriteSession>;
}

/** Makes a writer. */
export function createVisorWriter(access: VisorAccess): VisorWriter {
  const explorer = new Explorer(access);
  return {
    open: async (target, wants = {}) => {
      const opened = await explorer.open(target, wants, true);
      if (opened.connection === undefined)
        throw readingError(access.rpcAddress, target, opened.reading);
      return new ConnectedSession(opened.reading, opened.connection);
    },
  };
}

// A write session on an open connection: each of its methods is one call.

const NOTHING: Empty = {};
const UINT16_MAX = 65_535;

/** The session on an open connection that passed the gates. */
class ConnectedSession implements WriteSession {
  readonly reading: SeenReading;
  readonly #connection: VisorConnection;

  constructor(reading: SeenReading, connection: VisorConnection) {
    this.reading = reading;
    this.#connection = connection;
  }

  async readConfig(): Promise<SafeConfig | undefined> {
    this.#assertOpen();
    return await askConfig(this.#connection).catch(asUnanswered);
  }

  async readApps(): Promise<readonly AppReading[]> {
    this.#assertOpen();
    const states = await askFor(this.#connection, CALLS.Apps, NOTHING).catch(asUnanswered);
    return appsOf(states ?? []);
  }

  async readPorts(): Promise<readonly PortReading[] | undefined> {
    this.#assertOpen();
    const ports = await askFor(this.#connection, CALLS.ListForwardedPorts, NOTHING).catch(
      asUnanswered,
    );
    return ports === undefined ? undefined : portsOf(ports);
  }

  async setConfigFields(
    fields: ReadonlyMap<string, Json>,
    options?: WriteOptions,
  ): Promise<readonly FieldWritten[]> {
    assertWritablePaths(fields.keys());
    const body = new Map([...fields].map(([path, value]) => [path, utf8(canonicalJson(value))]));
    const appValues = [...fields]
      .filter(([path]) => path.startsWith("launcher."))
      .map(([, value]) => value);
    const written = await this.#write(CALLS.SetConfigFields, body, options, textsIn(appValues));
    return written.map(({ Path, Live }) => ({ path: Path, live: Live }));
  }

  async startApp(name: string, mode: string, options?: WriteOptions): Promise<void> {
    const forms = [
      (waitMs: number) =>
        this.#connection.gate.ask(CALLS.StartApp, { AppName: name, LauncherMode: mode }, waitMs),
      (waitMs: number) => this.#connection.gate.askOlder(CALLS.StartApp, name, waitMs),
    ];
    // Which form a release takes is known from its refusal alone; the guess only saves a round trip.
    if (isBefore2026(this.reading.methods)) forms.reverse();
    let answer: Answer<Empty> | undefined;
    for (const form of forms) {
      answer = await this.#sent(form, options);
      if (answer.kind !== "refused" || !isRefusedBody(answer.text)) break;
    }
    assert(answer !== undefined, "there is a form to try");
    accepted("StartApp", answer, []);
  }

  stopApp(name: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.StopApp, name, options);
  }

  killApp(name: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.KillApp, name, options);
  }

  setAutoStart(name: string, isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAutoStart, { AppName: name, AutoStart: isOn }, options);
  }

  setAppArgs(name: string, args: readonly string[], options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppArgs, { AppName: name, Args: args }, options, args);
  }

  setAppEnvFull(name: string, env: readonly string[], options?: WriteOptions): Promise<void> {
    const values = env.map((element) => element.slice(element.indexOf("=") + 1));
    return this.#do(CALLS.SetAppEnvFull, { AppName: name, Env: env }, options, values);
  }

  setAppLauncherMode(name: string, mode: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppLauncherMode, { AppName: name, Mode: mode }, options);
  }

  setAppWhitelist(name: string, keys: readonly VisorKey[], options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppWhitelist, { AppName: name, Whitelist: keys.join(",") }, options);
  }

  setAppPk(name: string, key: VisorKey, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppPK, { AppName: name, PK: key }, options);
  }

  setAppSecure(name: string, isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppSecure, { AppName: name, Val: isOn }, options);
  }

  setAppKillswitch(name: string, isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppKillswitch, { AppName: name, Val: isOn }, options);
  }

  setAppNetworkInterface(name: string, netifc: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppNetworkInterface, { AppName: name, NetIfc: netifc }, options);
  }

  setAppAddress(name: string, address: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppAddress, { AppName: name, Val: address }, options);
  }

  setAppDns(name: string, dns: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetAppDNS, { AppName: name, Val: dns }, options);
  }

  addApp(name: string, binary: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.AddApp, { AppName: name, BinaryName: binary }, options);
  }

  deleteApp(name: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.DeleteApp, { AppName: name }, options);
  }

  addHypervisor(key: VisorKey, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.AddHypervisor, key, options);
  }

  removeHypervisor(key: VisorKey, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.RemoveHypervisor, key, options);
  }

  setMinHops(hops: number, options?: WriteOptions): Promise<void> {
    assert(Number.isInteger(hops) && hops >= 0 && hops <= UINT16_MAX, "min hops has 16 bits");
    return this.#do(CALLS.SetMinHops, hops, options);
  }

  setCalculateRoutes(isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetCalculateRoutes, isOn, options);
  }

  setPublicAutoconnect(isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetPublicAutoconnect, isOn, options);
  }

  setIsPublic(isOn: boolean, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetIsPublic, isOn, options);
  }

  setRewardAddress(address: string, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.SetRewardAddress, address, options);
  }

  deleteRewardAddress(options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.DeleteRewardAddress, NOTHING, options);
  }

  registerForwardedPort(port: PortReading, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.RegisterForwardedPort, portArgument(port), options);
  }

  updateForwardedPort(port: PortReading, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.UpdateForwardedPort, portArgument(port), options);
  }

  deregisterTcpPort(port: number, options?: WriteOptions): Promise<void> {
    return this.#do(CALLS.DeregisterTCPPort, port, options);
  }

  close(): void {
    this.#connection.client.close();
  }

  async #do<A>(
    call: Call<A, unknown>,
    args: A,
    options?: WriteOptions,
    sent?: readonly string[],
  ): Promise<void> {
    await this.#write(call, args, options, sent);
  }

  async #write<A, R>(
    call: Call<A, R>,
    args: A,
    options?: WriteOptions,
    sent: readonly string[] = [],
  ): Promise<R> {
    const answer = await this.#sent(
      (waitMs) => this.#connection.gate.ask(call, args, waitMs),
      options,
    );
    return accepted(call.name, answer, sent);
  }

  async #sent<R>(
    send: (waitMs: number) => Promise<Answer<R>>,
    options?: WriteOptions,
  ): Promise<Answer<R>> {
    this.#assertOpen();
    return send(options?.timeoutMs ?? this.#connection.timeouts.callMs).catch(asUnanswered);
  }

  #assertOpen(): void {
    if (this.#connection.client.isOpen) return;
    throw new FleetError("visor/closed", "the connection to the visor is gone", {
      next: "run the same command again",
    });
  }
}

/** The value of an answer that is a success. */
function accepted<R>(name: string, answer: Answer<R>, sent: readonly string[]): R {
  if (answer.kind === "answered") return answer.value;
  if (answer.kind === "absent") {
    throw new FleetError("visor/no-method", `this release has no ${name}`, {
      next: "update Skywire on that visor",
    });
  }
  throw new FleetError(
    "visor/refused",
    `the visor refused ${name}: ${remoteText(answer.text, sent)}`,
    {
      next: "look at the visor's log",
    },
  );
}

/** Everything after the sending that is no answer leaves open whether it was done. */
function asUnanswered(error: unknown): never {
  if (!hasCode(error, "rpc/") && !hasCode(error, "gob/")) throw error;
  if (hasCode(error, "gob/value")) throw error;
  throw new FleetError("visor/unanswered", "no word from the visor whether it was done", {
    next: "run the same command again: it first looks at what was done",
    cause: error,
  });
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner: Json | undefined) =>
    inner === undefined ? [] : textsIn(inner),
  );
}
