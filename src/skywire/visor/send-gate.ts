// The gate that every call passes: it sends only methods of the table, and only when they are known to be harmless.
import { assert, hasCode, unreachable } from "../../core/index.ts";
import { t } from "../gob/index.ts";
import type { MethodDef, RpcClient } from "../rpc/index.ts";
import { type Call, CALLS, methodRow, type MethodRow, SERVICE } from "./methods.ts";
import type { Presence } from "./reading.ts";
import type { VisorTarget } from "./target.ts";

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
