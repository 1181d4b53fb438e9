// The commands to an embedded fleet that runs already: make a visor lie, stop an app, change a value behind our back.
import { usage } from "../shell/usage.ts";
import {
  defined,
  type ExitCode,
  FleetError,
  type Json,
  type JsonObject,
  isJsonObject,
  jsonIfAny,
} from "../../core/index.ts";
import {
  APP_BEHAVIOURS,
  type AppBehaviour,
  type BehindBack,
  connectControl,
  type ControlCommand,
  parseMakeable,
  readEmbeddedFile,
} from "../../skywire/embedded/index.ts";
import { outLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

const HELP = "read `fleet embedded --help`";

/** Sends one command to a running embedded fleet and prints what it answers. */
export async function embeddedControl(
  verb: string,
  words: readonly string[],
  folder: string,
  world: World,
): Promise<ExitCode> {
  const answer = await sendControl(commandOf(verb, words), folder, world);
  if (answer !== null && typeof answer === "object") printJson(world, answer);
  else outLine(world, `${[verb, ...words].join(" ")}: done`);
  return 0;
}

/**
 * Sends one command to the embedded fleet of a folder.
 * @throws FleetError cli/no-embedded (exit 3) when none runs there
 */
async function sendControl(command: ControlCommand, folder: string, world: World): Promise<Json> {
  const file = await readEmbeddedFile(world.files, folder);
  if (file === undefined) throw notRunning(folder);
  try {
    const control = await connectControl(world.dial, file.control, world.clock);
    try {
      return await control.send(command);
    } finally {
      control.close();
    }
  } catch (error) {
    if (error instanceof FleetError && error.code.startsWith("net/"))
      throw notRunning(folder, error);
    throw error;
  }
}

function notRunning(folder: string, cause?: unknown): FleetError {
  return new FleetError("cli/no-embedded", `no embedded fleet runs in ${folder}`, {
    next: "start one with `fleet embedded up --dir DIR`, or name its folder with --dir",
    exit: 3,
    ...defined({ cause }),
  });
}

function commandOf(verb: string, words: readonly string[]): ControlCommand {
  const [visor = "", second = "", third = "", fourth = ""] = words;
  switch (verb) {
    case "make":
      return {
        do: "make",
        visor: needed(visor, "VISOR"),
        state: parseMakeable(needed(second, "STATE")),
      };
    case "make-app":
      return {
        do: "make-app",
        visor: needed(visor, "VISOR"),
        app: needed(second, "APP"),
        behaviour: behaviourOf(needed(third, "BEHAVIOUR")),
      };
    case "restart":
    case "regen":
    case "inspect":
      return { do: verb, visor: needed(visor, "VISOR") };
    case "change":
      return {
        do: "change",
        visor: needed(visor, "VISOR"),
        change: changeOf(second, third, fourth),
      };
    case "counters":
      return visor === "" ? { do: "counters" } : { do: "counters", visor };
    case "reset-counters":
    case "show":
    case "stop":
      return { do: verb };
    default:
      throw usage(`${verb}: no such verb`, HELP);
  }
}

function changeOf(kind: string, what: string, value: string): BehindBack {
  switch (kind) {
    case "config":
    case "file":
      return { kind, path: needed(what, "PATH"), value: jsonOf(value) };
    case "app":
      return { kind, app: needed(what, "APP"), action: actionOf(value) };
    case "port":
      return {
        kind,
        port: Number(what),
        record: value === "closed" ? "closed" : recordOf(value),
      };
    case "reward":
      return { kind, address: what };
    default:
      throw usage(
        `${needed(kind, "what to change")}: change takes config, file, app, port or reward`,
        HELP,
      );
  }
}

function actionOf(text: string): "start" | "stop" | "crash" {
  if (text === "start" || text === "stop" || text === "crash") return text;
  throw usage(`${text}: an app can be told to start, stop or crash`, HELP);
}

function behaviourOf(text: string): AppBehaviour {
  const behaviour = APP_BEHAVIOURS.find((known) => known === text);
  if (behaviour !== undefined) return behaviour;
  throw usage(`${text}: an app can be made ${APP_BEHAVIOURS.join(", ")}`, HELP);
}

function recordOf(text: string): JsonObject {
  const record = jsonOf(text);
  if (isJsonObject(record)) return record;
  throw usage(`${text}: a served port is a JSON object, or closed`, HELP);
}

/** What is no JSON is text. */
function jsonOf(text: string): Json {
  const value = jsonIfAny(text);
  return value === undefined ? text : value;
}

function needed(word: string, what: string): string {
  if (word !== "") return word;
  throw usage(`${what} is missing`, HELP);
}
