// What a watch does to the world: it fetches the manifest, plans, and corrects just the differences it is told of.
import { dialUntil, digestOfBytes, FleetError } from "../../core/index.ts";
import { rememberedLedgers } from "../../ledger/index.ts";
import type { ApplyRequest } from "../apply/apply-request.ts";
import { DEFAULT_WATCH, type FeedKey } from "../../model/index.ts";
import { confirmationsOf, type History } from "../../reconcile/index.ts";
import {
  createVisorReader,
  type RememberingReader,
  rememberingReader,
  type VisorReader,
} from "../../skywire/visor/index.ts";
import {
  changeId,
  factsOf,
  type LastApplied,
  type WatchNews,
  type WatchState,
} from "../../watch/index.ts";
import { applyUnshown } from "../apply/apply-run.ts";
import type { Judged } from "../git/judge-commits.ts";
import { rememberingHistory } from "../ledger/joined-history.ts";
import { selectedVisors, verifyManifest } from "../manifest/manifest-source.ts";
import { judgeRead, planRead } from "../plan/planning.ts";
import { type HandedSource, readFleet, type ReadFleet } from "../plan/read-fleet.ts";
import type { Reporter } from "../shell/screen.ts";
import { readerOf, wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";
import { AccessTests } from "./access-tests.ts";
import { isBeforeWriting, onlyCorrected, outcomesOf, questionsOf } from "./corrections.ts";
import { type Culprits, culpritId, findCulprits, withoutDeeds } from "./culprits.ts";
import type { FetchedManifest, WatchSource } from "./watch-source.ts";

/** A watch says what it does by its own lines. */
const SILENT: Reporter = {
  isEvents: false,
  named: () => undefined,
  emit: () => undefined,
  during: async (_total, _things, work) => await work(),
};
const MESSAGE_LENGTH_MAX = 500;

/** Work of a watch on the world, one thing at a time: the manifest, plans, corrections. */
export class WatchWork {
  readonly #request: ApplyRequest;
  readonly #world: World;
  readonly #source: WatchSource;
  readonly #intervalMs: number | undefined;
  readonly #note: (text: string) => void;
  /** Of passes: it ends at once when the watch stops. */
  readonly #reader: RememberingReader;
  /** Of corrections. */
  readonly #plainReader: VisorReader;
  readonly #readLedger = rememberedLedgers();
  readonly #join = rememberingHistory(this.#readLedger);
  #handed: HandedSource | undefined;
  #seen: { readonly read: ReadFleet; readonly judged: Judged } | undefined;
  readonly #access = new AccessTests();
  #culprits: Culprits = new Map();
  /** What commands say beside their results while they work. */
  #said = "";

  constructor(input: {
    readonly request: ApplyRequest;
    readonly world: World;
    readonly source: WatchSource;
    /** Wins over the manifest's. */
    readonly intervalMs: number | undefined;
    /** Told what commands say beside their results, each once as long as it is said again. */
    readonly note: (text: string) => void;
    /** Reading ends at once when it aborts. */
    readonly stop: AbortSignal;
  }) {
    const { request, world } = input;
    this.#request = request;
    this.#source = input.source;
    this.#intervalMs = input.intervalMs;
    this.#note = input.note;
    this.#world = {
      ...world,
      terminal: { ...world.terminal, err: (text) => (this.#said += text), out: () => undefined },
    };
    const stoppable = { ...this.#world, dial: dialUntil(world.dial, input.stop) };
    this.#reader = rememberingReader(
      readerOf(wayInOf(request.access, stoppable), stoppable),
      world.clock,
    );
    this.#plainReader = createVisorReader(wayInOf(request.access, world).access);
  }

  /** @param before the commit that the manifest was read at last */
  async fetch(before: string | undefined): Promise<WatchNews> {
    this.#said = "";
    let fetched;
    try {
      fetched = await this.#source.fetch(before);
    } catch (error) {
      return failed("source", error);
    }
    try {
      const { ref } = fetched;
      const { source, selected } = await this.#take(fetched);
      return {
        kind: "fetched",
        manifest: { digest: source.desired.manifestDigest, ...ref },
        visors: selected.map(({ name }) => name),
        intervalMs:
          this.#intervalMs ?? source.desired.watch?.intervalMs ?? DEFAULT_WATCH.intervalMs,
      };
    } catch (error) {
      return failed("manifest", error, this.#said);
    }
  }

  /** Keeps the manifest of a pass; one whose bytes are those of the last is not read again. */
  async #take({ bytes, ref }: FetchedManifest): Promise<HandedSource> {
    const before = this.#handed?.source;
    const isSame = before?.desired.manifestDigest === digestOfBytes(bytes);
    const { commit: _, ...read } = isSame
      ? before
      : await verifyManifest(this.#source.name, bytes, this.#world);
    const source = ref.commit === undefined ? read : { ...read, commit: ref.commit };
    const selected = await selectedVisors(source, this.#request.on, this.#world);
    this.#handed = { source, selected };
    return this.#handed;
  }

  async plan(names: readonly string[], state: WatchState): Promise<WatchNews> {
    this.#said = "";
    try {
      const handed = this.#handed;
      if (handed === undefined) throw new FleetError("watch/no-manifest", "there is no manifest");
      const wanted = new Set(names);
      const read = await readFleet(this.#request, this.#world, SILENT, {
        handed: { ...handed, selected: handed.selected.filter(({ name }) => wanted.has(name)) },
        reader: this.#reader,
        join: this.#join,
        readLedger: this.#readLedger,
      });
      const judged = await judgeRead(read, this.#world);
      const plan = planRead(read, this.#request, { judged });
      this.#seen = { read, judged };
      this.#tellNotes();
      this.#culprits = await findCulprits(
        { plan, read, before: this.#culprits, state },
        this.#world,
      );
      const { history } = read;
      return {
        kind: "planned",
        facts: factsOf(plan, {
          watch: read.source.desired.watch,
          questions: questionsOf(plan, read),
          lastApplied: lastAppliedOf(history),
          read: sizesOf(read),
          access: this.#access.check(read.source.desired, read.observation.visors),
          culpritOf: (visor, change) => this.#culprits.get(culpritId(visor, change)),
        }),
      };
    } catch (error) {
      return failed("plan", error);
    }
  }

  /** Corrects these differences and no others, by the ordinary way of an apply. */
  async apply(ids: readonly string[]): Promise<WatchNews> {
    this.#said = "";
    try {
      const seen = this.#seen;
      const operator = seen?.read.operator;
      if (seen === undefined || operator === undefined)
        throw new FleetError("key/missing", "there is no operator key to correct with", {
          exit: 4,
        });
      const { read, judged } = seen;
      const wanted = new Set(ids);
      const plan = planRead(onlyCorrected(read, wanted), this.#request, {
        judged,
        // The restart that a correction leads to belongs to it; one that was owed before does not.
        picks: (visor, change) =>
          wanted.has(changeId(visor, change)) ||
          (change.action === "restart" && change.owedSince === undefined),
      });
      const questions = confirmationsOf(plan).map(({ question }) => question);
      if (questions.length > 0)
        return { kind: "refused", message: `a person must answer: ${questions.join("; ")}` };
      // Before it is tried: an apply that fails half way has written too.
      this.#reader.forget(new Set(plan.visors.map(({ key }) => key)));
      // What is wrong again after it was corrected is another deed.
      this.#culprits = withoutDeeds(this.#culprits, wanted);
      const report = await applyUnshown({
        plan,
        operator,
        acting: read.acting,
        wayIn: read.wayIn,
        // Neither what was remembered nor a wish to stop may come between a write and its reading back.
        reader: this.#plainReader,
        manifestFolder: read.source.folder,
        manifestBytes: read.source.bytes,
        reporter: SILENT,
        request: this.#request,
        world: this.#world,
      });
      if ("refused" in report) return { kind: "refused", message: oneLine(this.#said) };
      return { kind: "applied", outcomes: outcomesOf(report, wanted) };
    } catch (error) {
      if (error instanceof FleetError && isBeforeWriting(error))
        return { kind: "refused", message: messageOf(error) };
      return failed("apply", error);
    }
  }

  #tellNotes(): void {
    for (const line of this.#said.split("\n")) if (line.startsWith("note: ")) this.#note(line);
    this.#said = "";
  }
}

function lastAppliedOf(history: History): LastApplied | undefined {
  const last = history.known ? history.lastManifest : undefined;
  return last?.in === undefined
    ? undefined
    : { digest: last.digest, entry: last.entry, ...last.in };
}

/** How much of each ledger the history goes by. */
function sizesOf({ history, heads, operator }: ReadFleet): ReadonlyMap<FeedKey, number> {
  const others = heads.map(({ feed, size }) => [feed, size] as const);
  return new Map(
    history.known && operator !== undefined
      ? [...others, [operator.keys.feed, history.head]]
      : others,
  );
}

function failed(
  what: "source" | "manifest" | "plan" | "apply",
  error: unknown,
  said = "",
): WatchNews {
  if (!(error instanceof FleetError)) throw error;
  const message = said === "" ? messageOf(error) : `${messageOf(error)}: ${oneLine(said)}`;
  return { kind: "failed", what, message };
}

function messageOf({ message, next }: FleetError): string {
  return next === undefined ? message : `${message}; ${next}`;
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, "; ");
  return line.length <= MESSAGE_LENGTH_MAX ? line : `${line.slice(0, MESSAGE_LENGTH_MAX - 1)}…`;
}
