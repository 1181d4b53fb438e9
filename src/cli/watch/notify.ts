// News of a watch sent to a command or a webhook; a slow or failing one never holds up the watch.
import { usage } from "../shell/usage.ts";
import { counted } from "../../core/index.ts";
import { runCommand } from "../../platform/index.ts";
import type { WatchLogLine, Notice } from "../../watch/index.ts";
import type { World } from "../shell/world.ts";

const HELP = "read `fleet watch --help`";

/** Notices that one message holds; the rest is counted. */
const NOTICES_MAX = 100;
/** Messages that wait while one is delivered; more than that are counted and left out. */
const WAITING_MAX = 20;
const TIMEOUT_MS = 10_000;
const NOTICE_FORMAT = "fleet.skywire/notice/v1";

/** Tells people what was found, one message after the other; never keeps a watch from going on. */
export interface Notifier {
  readonly tell: (notices: readonly Notice[]) => void;
  /** Waits for what is being delivered. */
  readonly end: () => Promise<void>;
}

/** How a message is delivered; a sentence when it was not. */
export type Deliver = (message: string) => Promise<string | undefined>;

/** Tells what it is handed by one way of delivering; nobody where there is none. */
export function notifierOf(
  deliver: Deliver | undefined,
  world: World,
  log: (line: WatchLogLine) => void,
): Notifier {
  if (deliver === undefined) return { tell: () => undefined, end: async () => undefined };
  const waiting: string[] = [];
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const fault = await deliver(next);
      if (fault !== undefined)
        log({
          level: "error",
          decision: "failed",
          message: `a notice was not delivered: ${fault}`,
        });
    }
    running = undefined;
  };
  return {
    tell: (notices) => {
      if (waiting.length >= WAITING_MAX) {
        const message = `${counted(notices.length, "notice was", "notices were")} left out: earlier ones are not delivered yet`;
        log({ level: "error", decision: "failed", message });
        return;
      }
      waiting.push(messageOf(notices, world));
      running ??= run();
    },
    end: async () => await running,
  };
}

function messageOf(notices: readonly Notice[], world: World): string {
  return JSON.stringify({
    format: NOTICE_FORMAT,
    ts: new Date(world.clock.now()).toISOString(),
    notices: notices.slice(0, NOTICES_MAX).map(({ what, finding: { sinceMs, ...finding } }) => ({
      what,
      ...finding,
      since: new Date(sinceMs).toISOString(),
    })),
    more: Math.max(0, notices.length - NOTICES_MAX),
  });
}

/**
 * What `--notify-command` or `--notify-webhook` asks for.
 * @throws FleetError cli/usage (exit 64)
 */
export function deliverOf(
  command: string | undefined,
  webhook: string | undefined,
  world: World,
): Deliver | undefined {
  if (command !== undefined && webhook !== undefined)
    throw usage("--notify-command and --notify-webhook are two ways for one thing", HELP);
  if (command !== undefined) return byCommand(command, world);
  return webhook === undefined ? undefined : byWebhook(webhook);
}

function byCommand(command: string, world: World): Deliver {
  const argv = command.split(" ").filter((word) => word !== "");
  if (argv.length === 0) throw usage("--notify-command names no program", HELP);
  const { FLEET_PASSPHRASE: _passphrase, ...env } = world.env;
  return async (input) => await runCommand({ argv, input, timeoutMs: TIMEOUT_MS, env });
}

function byWebhook(text: string): Deliver {
  const url = parseUrl(text);
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw usage(`--notify-webhook takes an http or https address`, HELP);
  return async (body) => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `the webhook answered ${response.status}`;
    } catch (error) {
      // The address may hold a secret: only what kind of failure it was is told.
      return `the webhook cannot be reached (${error instanceof Error ? error.name : "error"})`;
    }
  };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
