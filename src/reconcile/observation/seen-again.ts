// Turns what an observation keeps of a visor back into a reading.
import { defined, Hidden, type Json, type VisorKey } from "../../core/index.ts";
import {
  BUILT_IN_APPS,
  defaultPort,
  type DesiredVisor,
  EXIT_PROGRAMS,
  type ObservedApp,
  type ObservedPort,
  type ObservedVisor,
  type SeenVisor,
  type UnseenVisor,
} from "../../model/index.ts";
import { CLOSING, parseFieldPath } from "../diff/index.ts";
import { routeOf } from "../observe/index.ts";
import type { KeptApp, KeptSeen, KeptVisor } from "./document.ts";

/** Stands for a program that is not known any more and starts the one that is kept. */
const STARTER = "starter";
const LOOK_AGAIN = "run `fleet observe` again when it can be read";

/** What was observed of a visor, as far as an observation keeps it. */
export function seenAgain(kept: KeptVisor): ObservedVisor {
  const { key, route, at, seen, unseen } = kept;
  const atMs = Date.parse(at);
  if (seen !== undefined) return seenVisor(key, { route, atMs }, seen);
  const { kind = "unreachable", reason = "" } = unseen ?? {};
  const detail = `it could not be read when the observation was made (${reason})`;
  return { kind, key, route, atMs, reason, detail, next: LOOK_AGAIN };
}

/** A visor of the manifest that an observation made at `atMs` knows nothing of. */
export function neverSeen(visor: DesiredVisor, atMs: number): UnseenVisor {
  return {
    kind: "unreachable",
    key: visor.key,
    route: routeOf(visor),
    atMs,
    reason: "not-observed",
    detail: "the observation does not hold it",
    next: "run `fleet observe` with a manifest that has it, then make the plan again",
  };
}

function seenVisor(
  key: VisorKey,
  when: Pick<SeenVisor, "route" | "atMs">,
  kept: KeptSeen,
): SeenVisor {
  const { hypervisors, pty, unsetBlocks, configReadable, keepsConf } = kept;
  return {
    kind: "seen",
    key,
    ...when,
    release: { version: kept.release, commit: "", date: "" },
    startedAtMs: Date.parse(kept.startedAt),
    ...defined({ hypervisors, pty, unsetBlocks }),
    settings: {},
    apps: Object.entries(kept.apps).map(([name, app]) => appAgain(name, app, kept.showsModes)),
    ports: portsAgain(key, kept),
    keepsConf,
    configReadable,
    ...defined({ showsModes: kept.showsModes }),
    methods: new Map(Object.entries(kept.methods)),
    kept: new Map(Object.entries(kept.leaves)),
  };
}

/** Its fields come from what is kept; what stands here is what guards look at. */
function appAgain(name: string, kept: KeptApp, modes: boolean | undefined): ObservedApp {
  const { program, running, autoStart, keptRunning } = kept;
  const { binary, args, ...doubt } =
    kept.args === undefined
      ? earlierApp(kept)
      : { binary: kept.binary ?? program, args: kept.args };
  return {
    name,
    binary,
    running,
    status: running ? 1 : 0,
    detail: "",
    autoStart,
    ...(keptRunning === true ? { restartPolicy: "always" } : {}),
    ...(modes === true ? { launcherMode: "" } : {}),
    args,
    port: 0,
    raw: new Hidden({ args }),
    ...doubt,
  };
}

/** A binary and arguments that run the program which an observation of an earlier release tells. */
function earlierApp(
  kept: KeptApp,
): Pick<ObservedApp, "binary" | "args"> & { readonly argsUnknown: true } {
  const { program, started, unreadable = [] } = kept;
  // Arguments decide what the combined binary is: which of the two ran it is not kept, so that both may.
  const isExit = EXIT_PROGRAMS.includes(program);
  const isTold = !isExit && BUILT_IN_APPS.includes(program);
  const told = started === true ? [program] : isTold ? ["app", program] : [];
  const binary = started === true ? STARTER : isTold ? "" : program;
  return { binary, args: [...told, ...unreadable], argsUnknown: true };
}

/** The records of served ports, as far as what is kept tells them; the rest counts as what a record is without it. */
function portsAgain(visor: VisorKey, { leaves: fields }: KeptSeen): readonly ObservedPort[] {
  return Object.entries(fields).flatMap(([path, leaf]) => {
    const at = parseFieldPath(path);
    if (at.section !== "ports" || at.field !== "open" || leaf.kind !== "value") return [];
    if (leaf.raw !== true && leaf.raw !== CLOSING) return [];
    const record = { ...defaultPort(at.port), ...factsAgain(at.port, fields) };
    const isShut = leaf.raw === CLOSING;
    return [isShut ? { ...record, whitelist: [visor], skynet: false, dmsg: false } : record];
  });
}

function factsAgain(port: number, fields: KeptSeen["leaves"]): Partial<ObservedPort> {
  const raw = (field: string): Json | undefined => {
    const leaf = fields[`ports.${port}.${field}`];
    return leaf?.kind === "value" ? leaf.raw : undefined;
  };
  const whitelist = fields[`ports.${port}.whitelist`];
  const local = raw("local_port");
  const proxy = raw("proxy_addr");
  const [dmsg, skynet] = [raw("dmsg"), raw("skynet")];
  return {
    ...(typeof local === "number" ? { local_port: local } : {}),
    ...(typeof proxy === "string" ? { proxy_addr: proxy } : {}),
    ...(typeof dmsg === "boolean" ? { dmsg } : {}),
    ...(typeof skynet === "boolean" ? { skynet } : {}),
    ...(whitelist?.kind === "set" ? { whitelist: whitelist.elements } : {}),
  };
}
