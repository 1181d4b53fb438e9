// How another process controls a running embedded fleet: one line of JSON each way.
import {
  ANYTHING,
  byMember,
  type ByteStream,
  type Clock,
  type Dial,
  FleetError,
  hasShape,
  type Json,
  jsonIfAny,
  type JsonObject,
  loosely,
  membersOf,
  numberFrom,
  OBJECT,
  oneOf,
  type Shape,
  type StreamAddress,
  TEXT,
  utf8,
  where,
  withShape,
} from "../../core/index.ts";
import { APP_BEHAVIOURS, type AppBehaviour } from "./app-behaviour.ts";
import type { BehindBack, EmbeddedControl } from "./control.ts";
import type { EmbeddedCounters } from "./counters.ts";
import type { EmbeddedFile } from "./embedded-file.ts";
import { type Makeable, parseMakeable } from "./makeable.ts";

const LINE_BYTES_MAX = 1_048_576;
const ANSWER_WITHIN_MS = 30_000;

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

const CHANGE: Shape<BehindBack> = byMember("kind", {
  config: membersOf({ kind: oneOf("config"), path: TEXT, value: ANYTHING }),
  file: membersOf({ kind: oneOf("file"), path: TEXT, value: ANYTHING }),
  app: membersOf({ kind: oneOf("app"), app: TEXT, action: oneOf("start", "stop", "crash") }),
  port: membersOf({
    kind: oneOf("port"),
    port: numberFrom(),
    record: loosely(
      where(ANYTHING, "is no record", (value) => value === "closed" || hasShape(value, OBJECT)),
    ),
  }),
  reward: membersOf({ kind: oneOf("reward"), address: TEXT }),
});

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
      const reply = jsonIfAny(line);
      const next = waiting.shift();
      if (hasShape(reply, DONE)) next?.resolve(reply.ok);
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

const DONE = membersOf<{ readonly ok: Json }>({ ok: ANYTHING });
const NOT_DONE = membersOf<{ readonly error: string }>({ error: TEXT });

function errorText(reply: Json | undefined): string {
  return hasShape(reply, NOT_DONE)
    ? reply.error
    : "the embedded fleet gave an answer nobody understands";
}

/** Checks a line that came from another process. */
function parseCommand(line: string): ControlCommand {
  const value = jsonIfAny(line);
  if (!hasShape(value, OBJECT)) throw new Error("a command is one line of JSON with a member `do`");
  const text = (name: string): string =>
    withShape(value[name], TEXT, name, () => new Error(`this command needs ${name}`));
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
  if (!hasShape(value, OBJECT)) throw new Error("this command needs a change");
  return withShape(value, CHANGE, "the change", () => {
    const kinds = "config, file, app, port or reward";
    return new Error(`a change is of kind ${kinds}, with their members`);
  });
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
