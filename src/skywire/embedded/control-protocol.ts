import {
  type ByteStream,
  type Clock,
  type Dial,
  FleetError,
  type Files,
  fromUtf8,
  type Json,
  type JsonObject,
  type StreamAddress,
  utf8,
} from "../../core/index.ts";
import { APP_BEHAVIOURS, type AppBehaviour } from "./app-behaviour.ts";
import { isObject } from "./config-shape.ts";
import type { BehindBack, EmbeddedControl } from "./control.ts";
import type { EmbeddedCounters } from "./counters.ts";
import { type Makeable, parseMakeable } from "./makeable.ts";

/** The file by which another process finds a running embedded fleet. */
export const EMBEDDED_FILE = "embedded.json";
/** The version of its format. */
export const EMBEDDED_FORMAT = "fleet.skywire/embedded/v1";
const LINE_BYTES_MAX = 1_048_576;
const ANSWER_WITHIN_MS = 30_000;

/** What {@link EMBEDDED_FILE} holds. */
export interface EmbeddedFile {
  readonly format: typeof EMBEDDED_FORMAT;
  readonly visors: readonly {
    readonly name: string;
    readonly key: string;
    readonly profile: string;
    /** Where its RPC listens, for those that do. */
    readonly local?: StreamAddress;
  }[];
  /** Where commands are taken. */
  readonly control: StreamAddress;
}

/** One command to a running embedded fleet. */
export type ControlCommand =
  | { readonly do: "make"; readonly visor: string; readonly state: Makeable }
  | {
      readonly do: "make-app";
      readonly visor: string;
      readonly app: string;
      readonly behaviour: AppBehaviour;
    }
  | { readonly do: "restart" | "regen" | "inspect"; readonly visor: string }
  | { readonly do: "change"; readonly visor: string; readonly change: BehindBack }
  | { readonly do: "counters"; readonly visor?: string }
  | { readonly do: "reset-counters" | "show" | "stop" };

/** What a command acts on. */
export interface Commanded {
  readonly control: EmbeddedControl;
  readonly counters: EmbeddedCounters;
  readonly file: EmbeddedFile;
  stop(): void;
}

/** Reads {@link EMBEDDED_FILE} of a fleet's folder; `undefined` when there is none that can be read. */
export async function readEmbeddedFile(
  files: Files,
  folder: string,
): Promise<EmbeddedFile | undefined> {
  const bytes = await files.read(`${folder}/${EMBEDDED_FILE}`);
  if (bytes === undefined) return undefined;
  const value = parseJson(fromUtf8(bytes));
  return isObject(value) && value["format"] === EMBEDDED_FORMAT
    ? (value as unknown as EmbeddedFile)
    : undefined;
}

/** The bytes of {@link EMBEDDED_FILE}. */
export function formatEmbeddedFile(file: EmbeddedFile): Uint8Array {
  return utf8(`${JSON.stringify(file, undefined, 2)}\n`);
}

/** Answers commands on one connection: a line of JSON each, answered by `{"ok": …}` or `{"error": text}`. */
export function serveControl(stream: ByteStream, commanded: Commanded): void {
  readLines(stream, (line) => {
    void answer(line, commanded).then((reply) => stream.write(utf8(`${JSON.stringify(reply)}\n`)));
  });
}

async function answer(line: string, commanded: Commanded): Promise<JsonObject> {
  try {
    return { ok: await run(parseCommand(line), commanded) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function run(command: ControlCommand, commanded: Commanded): Promise<Json> {
  const { control, counters, file } = commanded;
  switch (command.do) {
    case "make":
      await control.make(command.visor, command.state);
      return true;
    case "make-app":
      await control.makeApp(command.visor, command.app, command.behaviour);
      return true;
    case "restart":
      await control.restart(command.visor);
      return true;
    case "regen":
      await control.regen(command.visor);
      return true;
    case "inspect":
      return { ...control.inspect(command.visor) };
    case "change":
      await control.changeBehindBack(command.visor, command.change);
      return true;
    case "counters":
      return {
        calls: counters.calls(command.visor).map((row) => ({ ...row })),
        mutating: counters.mutating(command.visor),
        total: counters.total(command.visor),
        deaths: counters.deaths(command.visor),
        connections: counters.connections(command.visor),
      };
    case "reset-counters":
      counters.reset();
      return true;
    case "show":
      return {
        format: file.format,
        control: { ...file.control },
        visors: file.visors.map(({ local, ...each }) =>
          local === undefined ? each : { ...each, local: { ...local } },
        ),
      };
    case "stop":
      commanded.stop();
      return true;
  }
}

/** A connection to a running embedded fleet. */
export interface RemoteControl {
  /**
   * Sends one command and waits for its answer.
   * @throws FleetError embedded/command when the fleet refuses it, net/closed when it is gone
   */
  send(command: ControlCommand): Promise<Json>;
  close(): void;
}

/**
 * Connects to where a running embedded fleet takes commands.
 * @throws FleetError net/refused, net/timeout, net/failed
 */
export async function connectControl(
  dial: Dial,
  address: StreamAddress,
  clock: Clock,
): Promise<RemoteControl> {
  const stream = await dial(address, { timeoutMs: ANSWER_WITHIN_MS });
  const waiting: { resolve: (reply: Json) => void; reject: (error: Error) => void }[] = [];
  const gone = (): void => {
    for (const each of waiting.splice(0)) {
      each.reject(new FleetError("net/closed", "the embedded fleet closed the connection"));
    }
  };
  readLines(
    stream,
    (line) => {
      const reply = parseJson(line);
      const next = waiting.shift();
      if (isObject(reply) && "ok" in reply) next?.resolve(reply["ok"] ?? null);
      else next?.reject(new FleetError("embedded/command", errorText(reply), { exit: 64 }));
    },
    gone,
  );
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        const cancel = clock.after(ANSWER_WITHIN_MS, () => {
          stream.destroy();
        });
        const settle = <T>(then: (value: T) => void) => {
          return (value: T): void => {
            cancel();
            then(value);
          };
        };
        waiting.push({ resolve: settle(resolve), reject: settle(reject) });
        stream.write(utf8(`${JSON.stringify(command)}\n`));
      }),
    close: () => stream.destroy(),
  };
}

function errorText(reply: Json | undefined): string {
  const text = isObject(reply) ? reply["error"] : undefined;
  return typeof text === "string" ? text : "the embedded fleet gave an answer nobody understands";
}

/** Checks a line that came from another process. */
function parseCommand(line: string): ControlCommand {
  const value = parseJson(line);
  if (!isObject(value)) throw new Error("a command is one line of JSON with a member `do`");
  const text = (name: string): string => {
    const member = value[name];
    if (typeof member !== "string") throw new Error(`this command needs ${name}`);
    return member;
  };
  const verb = text("do");
  switch (verb) {
    case "make":
      return { do: verb, visor: text("visor"), state: parseMakeable(text("state")) };
    case "make-app":
      return {
        do: verb,
        visor: text("visor"),
        app: text("app"),
        behaviour: parseBehaviour(text("behaviour")),
      };
    case "restart":
    case "regen":
    case "inspect":
      return { do: verb, visor: text("visor") };
    case "change":
      return { do: verb, visor: text("visor"), change: parseChange(value["change"]) };
    case "counters":
      return value["visor"] === undefined ? { do: verb } : { do: verb, visor: text("visor") };
    case "reset-counters":
    case "show":
    case "stop":
      return { do: verb };
    default:
      throw new Error(`there is no command ${verb}`);
  }
}

function parseBehaviour(text: string): AppBehaviour {
  const behaviour = APP_BEHAVIOURS.find((each) => each === text);
  if (behaviour === undefined) throw new Error(`an app can be ${APP_BEHAVIOURS.join(", ")}`);
  return behaviour;
}

function parseChange(value: Json | undefined): BehindBack {
  if (!isObject(value)) throw new Error("this command needs a change");
  const { kind, path, app, action, port, record, address } = value;
  const changed = value["value"];
  if ((kind === "config" || kind === "file") && typeof path === "string" && changed !== undefined) {
    return { kind, path, value: changed };
  }
  if (
    kind === "app" &&
    typeof app === "string" &&
    (action === "start" || action === "stop" || action === "crash")
  ) {
    return { kind, app, action };
  }
  if (kind === "port" && typeof port === "number" && (record === "closed" || isObject(record))) {
    return { kind, port, record };
  }
  if (kind === "reward" && typeof address === "string") return { kind, address };
  throw new Error("a change is of kind config, file, app, port or reward, with their members");
}

function readLines(
  stream: ByteStream,
  onLine: (line: string) => void,
  onClosed?: () => void,
): void {
  let text = "";
  const decoder = new TextDecoder();
  stream.listen({
    data: (chunk) => {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > LINE_BYTES_MAX && !text.includes("\n")) {
        stream.destroy();
        return;
      }
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      lines.filter((line) => line !== "").forEach(onLine);
    },
    end: () => stream.end(),
    closed: () => onClosed?.(),
  });
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
