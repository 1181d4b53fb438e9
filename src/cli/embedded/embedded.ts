// `fleet embedded` as a command: its options, and which code each verb leads to, loaded only when it is asked for.
import { resolve } from "node:path";
import { keyFileOf } from "../shell/kept-files.ts";
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import type { Command } from "../shell/command.ts";
import { JSON_OPTION } from "../shell/options.ts";

const DEFAULT_FOLDER = "embedded-fleet";
const VERBS =
  "up, relay, sample, show, make, make-app, restart, regen, change, inspect, counters, reset-counters, stop";

/** `fleet embedded`: visors of our own on this machine, and the strings to pull on them. */
export const embedded: Command = {
  name: "embedded",
  about:
    "Run a fleet of our own visors on this machine, to try things on, and make them misbehave. They speak " +
    "what real visors speak, listen on loopback only, and keep their state in a folder.",
  words: [
    { form: "<VERB>", about: VERBS },
    { form: "[ARGUMENT...]", about: "what the verb works on, see the examples" },
  ],
  options: [
    {
      name: "dir",
      value: "DIR",
      about: "the fleet's folder (default ./embedded-fleet), or the relay's (default ./relay)",
    },
    { name: "listen", value: "ADDRESS", about: "with relay: IP address and port, port 0 for any" },
    { name: "visors", value: "N", about: "with up: how many (default 12)" },
    {
      name: "rpc-port",
      value: "PORT",
      about: "with up: port of the local visor, 0 for any (default 3435)",
    },
    {
      name: "rtt",
      value: "TIME",
      about: "with up: simulated round trip to visors behind the bridge",
    },
    {
      name: "time-scale",
      value: "X",
      about: "with up: 0.1 makes waits ten times shorter (default 0.2)",
    },
    { name: "until-input-ends", about: "with up and relay: end when standard input does" },
    {
      name: "canaries",
      about: "with up: apps hold marked passwords and tokens that must never surface",
    },
    JSON_OPTION,
  ],
  examples: [
    "fleet embedded up --visors 12 --dir try/visors",
    "fleet embedded sample --dir try/visors > fleet.yaml",
    "fleet embedded make shop-3 lying      # or honest, dead, slow, dying, silent, wrong-key, oversized, regrowing, starting, suspended",
    "fleet embedded make-app shop-3 skysocks crash-later",
    "fleet embedded relay wrong-bytes --dir relay-1   # or missing-object: a relay that lies",
    "fleet embedded change shop-3 config log_level '\"debug\"'",
    "fleet embedded change shop-3 app skychat stop",
    "fleet embedded counters && fleet embedded stop",
  ],
  async run(given, world): Promise<ExitCode> {
    const [verb, ...words] = given.words;
    const folder = resolve(world.folder, given.text("dir") ?? DEFAULT_FOLDER);
    if (verb === "up") {
      const { embeddedUp, upRequestOf } = await import("./embedded-up.ts");
      return await embeddedUp(upRequestOf(given, folder), world);
    }
    if (verb === "relay") {
      const { embeddedRelay } = await import("./embedded-relay.ts");
      const { serveRequestOf } = await import("../ledger/serve.ts");
      return await embeddedRelay(words, serveRequestOf(given, world), world);
    }
    if (verb === "sample") {
      const { embeddedSample } = await import("./embedded-sample.ts");
      return await embeddedSample(folder, keyFileOf(given, world), world);
    }
    const { embeddedControl } = await import("./embedded-control.ts");
    if (VERBS.split(", ").includes(verb ?? ""))
      return await embeddedControl(verb ?? "", words, folder, world);
    throw usage(`${verb ?? ""}: no such verb of fleet embedded`, `choose one of ${VERBS}`);
  },
};
