import { FleetError, toHex } from "../../src/core/index.ts";
import { CxoNode, type ObjectStore, RelayPublisher } from "../../src/skywire/cxo/index.ts";
import { realClock } from "./clocks.ts";
import { FragileRelay } from "./fragile-relay.ts";
import { HollowFeed, type LabelledRoot } from "./hollow-feed.ts";
import type { HollowPush, HollowRun } from "./hollow-vectors.ts";
import { random } from "./memory-network.ts";
import { memoryPair } from "./memory-pair.ts";

/** How long a relay may show nothing before it is given up; it asks within a millisecond here. */
const CONFIRM_MS = 300;

/** What our relay made of the publications of a recorded run, in the form of the recording. */
export async function replayRun(run: HollowRun): Promise<Omit<HollowRun, "entries" | "cutAfter">> {
  const relay = new FragileRelay();
  relay.diesOfLateRegistry = !run.alive;
  const feed = new HollowFeed();
  const got = new Set<string>();
  const pushes: HollowPush[] = [];
  let size = run.entries;
  let root: LabelledRoot | undefined;
  for (const [at, push] of run.pushes.entries()) {
    if (root === undefined || push.what.startsWith("next")) {
      if (root !== undefined) size += moreOf(push.what);
      root = feed.next(size, degreeOf(push.what));
    }
    relay.choose = inRecordedOrder(relay, root, run.pushes.slice(at));
    const asked: string[] = [];
    const outcome = await pushOnce(relay, feed, root, {
      cutAfter: push.what.includes("cut") ? run.cutAfter : Number.POSITIVE_INFINITY,
      served: (label) => asked.push(label),
    });
    for (const label of asked) got.add(label);
    const wanted = [...root.labels.values()];
    const shown = relay.shown(feed.feed);
    pushes.push({
      what: push.what,
      asked,
      askedCount: asked.length,
      outcome,
      shows: relay.death === undefined ? numberOrNull(shown?.seq) : "no answer",
      total: wanted.length,
      lacks: wanted.filter((label) => !got.has(label)).length,
    });
  }
  return { pushes, alive: relay.death === undefined };
}

async function pushOnce(
  relay: FragileRelay,
  { feed, store }: HollowFeed,
  { sent, labels }: LabelledRoot,
  { cutAfter, served }: { readonly cutAfter: number; readonly served: (label: string) => void },
): Promise<string> {
  let count = 0;
  const [near, far] = memoryPair();
  const serving: ObjectStore = {
    has: (hash) => store.has(hash),
    get: (hash) => {
      if (count === cutAfter) {
        // As a process that is killed or a network that breaks: an end of our own would wait for the registry.
        near.destroy();
        return new Promise(() => undefined);
      }
      count += 1;
      served(labels.get(toHex(hash)) ?? "unknown");
      return store.get(hash);
    },
    put: () => Promise.reject(new Error("a publisher takes no objects")),
  };
  const secret = random(32);
  const node = new CxoNode({
    secret,
    store: serving,
    clock: realClock,
    random,
    takesRoots: false,
  });
  try {
    const taken = relay.accept(far).catch(() => undefined);
    const connection = await node.connect(near).catch(() => undefined);
    await taken;
    if (connection === undefined) return "cannot be reached";
    const publisher = new RelayPublisher({
      node,
      connection,
      feed,
      store,
      clock: realClock,
      confirmTimeoutMs: CONFIRM_MS,
      progress: () => count,
    });
    return await publisher.publish(sent);
  } catch (error) {
    return error instanceof FleetError ? error.code : String(error);
  } finally {
    node.close();
    // The relay hears of it.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Chooses what the recorded node asked for next. A long recording is cut in the middle: there, what was asked for in a
 * later publication is left for last, since it had not come.
 */
function inRecordedOrder(
  relay: FragileRelay,
  { labels }: LabelledRoot,
  [push, ...later]: readonly HollowPush[],
): FragileRelay["choose"] {
  const before = relay.asked.length;
  const known = push?.asked ?? [];
  const isCut = (push?.askedCount ?? 0) > known.length;
  const headSize = isCut ? Math.floor(known.length / 2) : known.length;
  const tailFrom = (push?.askedCount ?? 0) - (known.length - headSize);
  const rank = new Map(known.map((label, at) => [label, at]));
  const askedLater = new Set(later.flatMap(({ asked }) => asked));
  return (waiting) => {
    const at = relay.asked.length - before;
    const isMiddle = isCut && at >= headSize && at < tailFrom;
    const ranks = waiting.map((key) => {
      const label = labels.get(key) ?? "";
      if (isMiddle && !rank.has(label)) return askedLater.has(label) ? 1 : 0;
      return isMiddle ? known.length : (rank.get(label) ?? known.length);
    });
    return ranks.indexOf(Math.min(...ranks));
  };
}

function degreeOf(what: string): number | undefined {
  const degree = /degree (\d+)/.exec(what)?.[1];
  return degree === undefined ? undefined : Number(degree);
}

function moreOf(what: string): number {
  return Number(/(\d+) more/.exec(what)?.[1] ?? 1);
}

function numberOrNull(seq: bigint | undefined): number | null {
  return seq === undefined ? null : Number(seq);
}
