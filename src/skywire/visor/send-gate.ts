// The gate that every call passes: it sends only methods of the table, only when they are known to be harmless, and says why a visor is asked no more.
import { assert, checkVisorKey, hasCode, unreachable, type VisorKey } from "../../core/index.ts";
import { t } from "../gob/index.ts";
import type { MethodDef, RpcClient } from "../rpc/index.ts";
import { type Call, CALLS, methodRow, type MethodRow, SERVICE } from "./methods.ts";
import type { Presence, UnseenReading } from "./reading.ts";
import { remoteText } from "./remote-text.ts";
import type { SafeConfig } from "./safe-config.ts";
import type { VisorTarget } from "./target.ts";
import type { OverviewWire } from "./wire-types.ts";

// The gate that every call passes: it sends only methods of the table, and only when they are known to be harmless.

/** One thing that was sent to a visor. */
export interface SentCall {
  readonly target: VisorTarget;
  readonly method: string;
  /** A probe has a body that its method cannot take: net/rpc refuses it without running the method. */
  readonly kind: "call" | "probe";
}

/** What a visor said to a call: the reply, that it has no such method, or an error text (as it came: not to be shown so). */
export type Answer<R> =
  | { readonly kind: "answered"; readonly value: R }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly text: string };

/** What a gate is made for. */
export interface GateOptions {
  readonly target: VisorTarget;
  readonly mayWrite: boolean;
  readonly onSend?: ((call: SentCall) => void) | undefined;
}

const NO_METHOD = "rpc: can't find method";
/** Every text with which net/rpc refuses a body before the method runs begins like this. */
const REFUSED_BODY = "gob: ";

/**
 * The only way by which anything is sent to a visor. It sends what is in the table, in the order the table's
 * classes allow, and nothing else: careless calls kill visors that are still starting.
 */
export class SendGate {
  readonly methods: Map<string, Presence> = new Map();
  readonly #client: RpcClient;
  readonly #options: GateOptions;
  #hasApps = false;
  #hasTransports = false;
  #startup: "unasked" | "complete" | "incomplete" = "unasked";

  constructor(client: RpcClient, options: GateOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** True when everything on this connection said that the visor is up. */
  get isUp(): boolean {
    return this.#hasApps && this.#hasTransports && this.#startup === "complete";
  }

  /**
   * Sends one call. All calls made in one turn leave in one write.
   * @throws FleetError of the connection or the reply's form (rpc/*, gob/*); BugError for what may not be sent
   */
  async ask<A, R>(call: Call<A, R>, args: A, timeoutMs: number): Promise<Answer<R>> {
    return this.#send(call, call.method, args, timeoutMs);
  }

  /** As {@link ask}, in the form of a method's argument that older releases have. */
  async askOlder<A, R>(
    call: MethodRow & { readonly older: MethodDef<A, R> },
    args: A,
    timeoutMs: number,
  ): Promise<Answer<R>> {
    return this.#send(call, call.older, args, timeoutMs);
  }

  /** Asks whether a writing method is there, without running it. Rows that cannot be probed are `unknown`. */
  async probe(row: MethodRow, timeoutMs: number): Promise<Presence> {
    if (row.probe === undefined) return this.#note(row.name, "unknown");
    this.#check(row, row.class === "write" && this.isUp);
    this.#options.onSend?.({ target: this.#options.target, method: row.name, kind: "probe" });
    try {
      await this.#client.callGeneric(
        `${SERVICE}.${row.name}`,
        { schema: t.bool, value: true },
        { timeoutMs },
      );
      return this.#note(row.name, "unknown");
    } catch (error) {
      if (!hasCode(error, "rpc/remote")) throw error;
      if (error.message.startsWith(NO_METHOD)) return this.#note(row.name, "absent");
      return this.#note(row.name, error.message.startsWith(REFUSED_BODY) ? "present" : "unknown");
    }
  }

  async #send<A, R>(
    row: MethodRow,
    method: MethodDef<A, R>,
    args: A,
    timeoutMs: number,
  ): Promise<Answer<R>> {
    this.#check(row, this.#isAllowed(row));
    this.#options.onSend?.({ target: this.#options.target, method: row.name, kind: "call" });
    try {
      const value = await this.#client.call(method, args, { timeoutMs });
      this.#note(row.name, "present");
      this.#learn(row, value);
      return { kind: "answered", value };
    } catch (error) {
      if (!hasCode(error, "rpc/remote")) throw error;
      if (error.message.startsWith(NO_METHOD)) {
        this.#note(row.name, "absent");
        if (row === CALLS.IsStartupComplete) this.#startup = "complete";
        return { kind: "absent" };
      }
      this.#note(row.name, "present");
      return { kind: "refused", text: error.message };
    }
  }

  #isAllowed(row: MethodRow): boolean {
    switch (row.class) {
      case "always":
        return true;
      case "incomplete":
        return this.#startup === "incomplete";
      case "ready":
        return this.#hasApps && this.#hasTransports;
      case "unproved":
        return this.isUp;
      case "write":
        return this.isUp && this.#options.mayWrite;
      default:
        return unreachable(row.class);
    }
  }

  #check(row: MethodRow, isAllowed: boolean): void {
    assert(methodRow(row.name) === row, `${row.name} is not in the table of methods`);
    assert(isAllowed, `${row.name} must not be sent now`);
  }

  #learn(row: MethodRow, value: unknown): void {
    if (row === CALLS.Apps) this.#hasApps = true;
    if (row === CALLS.TransportTypes) this.#hasTransports = true;
    if (row === CALLS.IsStartupComplete) this.#startup = value === true ? "complete" : "incomplete";
  }

  #note(name: string, presence: Presence): Presence {
    this.methods.set(name, presence);
    return presence;
  }
}

/** True for an error text with which net/rpc refused an argument's type: the method did not run. */
export function isRefusedBody(text: string): boolean {
  return text.startsWith(REFUSED_BODY);
}

// Why a visor that answers is not to be asked more.

/** A hundred years: no machine has run for longer. */
const UPTIME_MAX_SECONDS = 100 * 366 * 24 * 60 * 60;

/** A visor that answers, but is not to be asked more. */
export type Unready = Extract<
  UnseenReading,
  { readonly kind: "starting" | "suspended" | "malformed" | "impostor" }
>;

/** The answers that tell whether a visor is up. */
export interface GateAnswers {
  readonly uptime: Answer<number>;
  readonly apps: Answer<unknown>;
  readonly transportTypes: Answer<unknown>;
  readonly startup: Answer<boolean>;
  /** Asked only of a visor that has not finished starting; a release without the method is not suspended. */
  readonly suspended: Answer<boolean>;
}

/** Why a visor that gave these answers must not be asked more; undefined when it is up. */
export function unreadyBecause(answers: GateAnswers): Unready | undefined {
  const { uptime, apps, transportTypes, startup } = answers;
  if (uptime.kind !== "answered" || apps.kind === "absent" || transportTypes.kind === "absent")
    return NO_VISOR;
  if (!(uptime.value >= 0 && uptime.value <= UPTIME_MAX_SECONDS)) return NO_UPTIME;
  // Suspended, it looks as one that is starting, and it never will have.
  const { suspended } = answers;
  if (suspended.kind === "answered" && suspended.value) return SUSPENDED;
  if (apps.kind === "refused") return starting("Apps", `it says "${remoteText(apps.text)}"`);
  if (transportTypes.kind === "refused")
    return starting("TransportTypes", `it says "${remoteText(transportTypes.text)}"`);
  if (startup.kind === "refused")
    return starting("IsStartupComplete", `it says "${remoteText(startup.text)}"`);
  if (startup.kind === "answered" && !startup.value)
    return starting("IsStartupComplete", "it has not finished starting");
  return undefined;
}

/** The key of the visor that answered, when it is the one that was dialled; otherwise what to say of it. */
export function keyFrom(
  target: VisorTarget,
  config: SafeConfig | undefined,
  overview: OverviewWire | undefined,
): VisorKey | Unready {
  const text = config?.pk ?? overview?.PubKey ?? "";
  if (text === target.key) return target.key;
  const checked = checkVisorKey(text);
  if ("fault" in checked) return NO_KEY;
  const answered = checked.key;
  if (target.key === undefined) return answered;
  return {
    kind: "impostor",
    answered,
    detail: `visor ${answered} answered in its place`,
    next: "check the key in the manifest, and that --rpc names the visor you mean",
  };
}

const NO_VISOR: Unready = {
  kind: "malformed",
  code: "visor/no-visor",
  detail: "it answers calls but has not the methods of a visor",
  next: "check that --rpc names a visor's RPC address",
};

/** When it started decides what waits for a restart; what cannot be must not pass for a start in the future or long ago. */
const NO_UPTIME: Unready = {
  kind: "malformed",
  code: "visor/uptime",
  detail: "it says that it has run for a time that cannot be",
  next: "restart the visor, and look at its clock and its log",
};

const SUSPENDED: Unready = {
  kind: "suspended",
  detail: "it is suspended: everything but its local RPC is taken down until somebody resumes it",
  next: "run `skywire cli visor resume` on its machine",
};

const NO_KEY: Unready = {
  kind: "malformed",
  code: "visor/no-key",
  detail: "it does not tell its key",
  next: "look at the visor's log, then try again",
};

function starting(waitingFor: string, why: string): Unready {
  return {
    kind: "starting",
    waitingFor,
    detail: `still starting, or cut off from its services: ${why}`,
    next: "wait a minute and try again; if it stays so, look at the visor's log",
  };
}
