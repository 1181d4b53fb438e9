// `fleet watch`: compares the fleet with its manifest again and again, and puts the parts of a watch together.
import { usage } from "../shell/usage.ts";
import { defined, type ExitCode } from "../../core/index.ts";
import { type ApplyRequest, applyRequestOf } from "../apply/apply-request.ts";
import { DEFAULT_WATCH } from "../../model/index.ts";
import type { WatchLogLine, WatchState } from "../../watch/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { ACCESS_OPTIONS, LOCK_OPTION, ON_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import type { World } from "../shell/world.ts";
import { driveWatch } from "./drive.ts";
import { watchMetrics } from "./metrics.ts";
import { type Deliver, deliverOf, notifierOf } from "./notify.ts";
import { listenAddress, serveWatch } from "./serve.ts";
import { logWriter } from "./log-lines.ts";
import { readState, stateFileOf, takeWatchLock, writeState } from "./state-store.ts";
import { WatchWork } from "./watch-work.ts";
import { fileSource, gitSource, type WatchSource } from "./watch-source.ts";

/** `fleet watch`: compares the fleet with the manifest again and again. */
export const watch: Command = {
  name: "watch",
  about:
    "Compare the fleet with the manifest again and again: report what differs once, and correct what the manifest's rules say.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    ON_OPTION,
    {
      name: "interval",
      value: "TIME",
      about: "how often to look (default: the manifest's, or 60s)",
    },
    {
      name: "remote",
      value: "NAME",
      about:
        "take the manifest from this git remote of the clone it is in; the work tree stays as it is",
    },
    { name: "branch", value: "NAME", about: "the branch of --remote (default main)" },
    { name: "once", about: "make one pass and end" },
    { name: "json", about: "print a line of JSON for each decision" },
    {
      name: "listen",
      value: "ADDRESS",
      about: "serve /healthz and /metrics there, loopback only, such as 127.0.0.1:9464",
    },
    {
      name: "notify-command",
      value: "COMMAND",
      about:
        "run this for news, a JSON document on its standard input; no shell, words part at blanks",
    },
    { name: "notify-webhook", value: "URL", about: "post news there as a JSON document" },
    LOCK_OPTION,
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet watch", "fleet watch --once --json", "fleet watch --on tag:shop --interval 5m"],
  async run(given, world): Promise<ExitCode> {
    const request = watchRequestOf(given, world);
    const source = await sourceOf(request, world);
    try {
      const path = stateFileOf(source.id, world);
      const lock = await takeWatchLock(path, world);
      try {
        return await watchSource({ source, path }, request, world);
      } finally {
        await lock.release();
      }
    } finally {
      await source.close();
    }
  },
};

/** What is compared and corrected, how often, and where that is told. */
interface WatchRequest extends ApplyRequest {
  /** Where the manifest is taken from; its file when absent. */
  readonly from?: { readonly remote: string; readonly branch: string };
  /** Wins over the manifest's. */
  readonly intervalMs?: number;
  readonly isOnce: boolean;
  /** Where health and metrics are served. */
  readonly listen?: ReturnType<typeof listenAddress>;
  /** How news is delivered; to nobody when absent. */
  readonly deliver?: Deliver;
}

function watchRequestOf(given: Given, world: World): WatchRequest {
  const [remote, branch] = [given.text("remote"), given.text("branch")];
  if (remote === undefined && branch !== undefined)
    throw usage(
      "--branch is a branch of --remote, which was not given",
      "give --remote as well, such as --remote origin",
    );
  const listen = given.text("listen");
  const deliver = deliverOf(given.text("notify-command"), given.text("notify-webhook"), world);
  return {
    ...applyRequestOf(given, world),
    ...(remote === undefined ? {} : { from: { remote, branch: branch ?? "main" } }),
    ...defined({ intervalMs: given.durationMs("interval"), deliver }),
    isOnce: given.flag("once"),
    ...(listen === undefined ? {} : { listen: listenAddress(listen) }),
  };
}

async function sourceOf({ manifest, from }: WatchRequest, world: World): Promise<WatchSource> {
  return from === undefined ? await fileSource(manifest, world) : gitSource(manifest, from, world);
}

async function watchSource(
  { source, path }: { readonly source: WatchSource; readonly path: string },
  request: WatchRequest,
  world: World,
): Promise<ExitCode> {
  const { intervalMs, isOnce, listen: address } = request;
  const stop = world.stopSoftly();
  const write = logWriter(request.isJson, world);
  const metrics = address === undefined ? undefined : await watchMetrics();
  const log = (line: WatchLogLine): void => {
    metrics?.count(line.decision, line.visor);
    write(line);
  };
  const notifier = notifierOf(request.deliver, world, log);
  const { state, note } = await readState(path, intervalMs ?? DEFAULT_WATCH.intervalMs, world);
  if (note !== undefined) log({ level: "warn", decision: "failed", message: note });
  let current = state;
  const server =
    address === undefined || metrics === undefined
      ? undefined
      : await serveWatch(address, { state: () => current, metrics }, world);
  if (server !== undefined) {
    const { host, port } = server.address;
    const at = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    log({ level: "info", decision: "started", message: `health and metrics at http://${at}` });
  }
  const work = new WatchWork({ request, world, source, intervalMs, note: notesTo(log), stop });
  try {
    const last = await driveWatch({
      state,
      clock: world.clock,
      monoMs: world.monoMs,
      random: world.random,
      stop,
      isOnce,
      onState: (next) => {
        current = next;
        metrics?.passed(next);
      },
      onHint: (hint) => source.onHint(hint),
      deeds: {
        fetch: async (now) => await work.fetch(now.manifest?.commit),
        plan: async (visors, now) => await work.plan(visors, now),
        apply: async (ids) => await work.apply(ids),
        notify: notifier.tell,
        log,
        save: async (next) => await writeState(path, next, world),
      },
    });
    await notifier.end();
    return isOnce ? exitOf(last) : 0;
  } finally {
    await server?.close();
  }
}

/** Tells a note once as long as it is said again and again. */
function notesTo(log: (line: WatchLogLine) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    if (told.size > 100) told.clear();
    told.add(text);
    log({ level: "warn", decision: "found", message: text.replace(/^note: /, "") });
  };
}

/** How one pass ended, for whoever runs it from a timer. */
function exitOf({ trouble, findings, visors }: WatchState): ExitCode {
  if (trouble?.what === "manifest") return 64;
  const kinds = new Set(Object.values(findings).map(({ kind }) => kind));
  if (kinds.has("failed")) return 6;
  // What a guard would say of a whole apply is news, and no failure of the watch.
  if (findings["refused corrections"] !== undefined || kinds.has("blocked")) return 4;
  const isAway = Object.values(visors).some(({ failures }) => failures > 0);
  return trouble !== undefined || isAway ? 3 : 0;
}
