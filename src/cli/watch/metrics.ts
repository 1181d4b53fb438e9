// What Prometheus can read of a watch: its passes, decisions and differences.
import type { Registry } from "prom-client";
import { FLEET_VERSION } from "../../core/index.ts";
import type { Decision, WatchState } from "../../watch/index.ts";

/** The metrics of one watch. */
export interface WatchMetrics {
  /** The media type of {@link page}. */
  readonly type: string;
  /** Counts one decision; a correction also for its visor. */
  count(decision: Decision, visor: string | undefined): void;
  /** Notes how long the last pass took, once for each. */
  passed(state: WatchState): void;
  /** The page that Prometheus reads. */
  page(state: WatchState): Promise<string>;
}

/** Most passes take a second, and one that waits for a visor that is away twenty. */
const PASS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes the metrics. Labels are decisions, of which there are few, and names of visors of the manifest. */
export async function watchMetrics(): Promise<WatchMetrics> {
  const { Counter, Gauge, Histogram, Registry: Own } = await import("prom-client");
  const registry: Registry = new Own();
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[] = [],
  ): InstanceType<typeof Gauge> =>
    new Gauge({ name: `fleet_watch_${name}`, help, labelNames: [...labelNames], registers });
  const decisions = new Counter({
    name: "fleet_watch_decisions_total",
    help: "Lines of the log, by decision.",
    labelNames: ["decision"],
    registers,
  });
  const corrections = new Counter({
    name: "fleet_watch_corrections_total",
    help: "Fields that were corrected, by visor.",
    labelNames: ["visor"],
    registers,
  });
  const seconds = new Histogram({
    name: "fleet_watch_pass_seconds",
    help: "How long passes took.",
    buckets: PASS_SECONDS,
    registers,
  });
  const info = gauge("info", "Always 1; the version is a label.", ["version"]);
  const sourceUp = gauge("source_up", "1 while the manifest can be had and compared.");
  const held = gauge("held", "1 while nothing is corrected under the manifest in force.");
  const fights = gauge(
    "fights",
    "Fields that are no longer corrected, since another writer changes them back.",
  );
  const lastPass = gauge("last_pass_timestamp_seconds", "When the last pass ended, unix time.");
  const up = gauge("visor_up", "1 for a visor that was read in its last turn.", ["visor"]);
  const differences = gauge("differences", "Differences that are not ignored, by visor.", [
    "visor",
  ]);
  info.set({ version: FLEET_VERSION }, 1);
  let passes = 0;
  return {
    type: registry.contentType,
    count: (decision, visor) => {
      decisions.inc({ decision });
      if (decision === "corrected" && visor !== undefined) corrections.inc({ visor });
    },
    page: async (state) => {
      const all = Object.values(state.findings);
      sourceUp.set(state.trouble === undefined ? 1 : 0);
      held.set(all.some(({ kind, visor }) => kind === "held" && visor === undefined) ? 1 : 0);
      fights.set(all.filter(({ kind }) => kind === "fight").length);
      if (state.lastPass !== undefined) lastPass.set(state.lastPass.wallMs / 1_000);
      // Visors that left the manifest leave the page.
      up.reset();
      differences.reset();
      for (const [visor, each] of Object.entries(state.visors)) {
        up.set({ visor }, each.failures === 0 ? 1 : 0);
        differences.set({ visor }, each.differences);
      }
      return await registry.metrics();
    },
    passed: ({ passes: now, lastPass: pass }) => {
      if (now === passes || pass === undefined) return;
      passes = now;
      seconds.observe(pass.tookMs / 1_000);
    },
  };
}
