// `fleet status`: which visors answer, and what waits for a restart or is ignored on them.
import { accessRequestOf } from "../shell/access-request.ts";
import { defined, type ExitCode } from "../../core/index.ts";
import { ledgerRequestOf, manifestRequestOf } from "../shell/kept-files.ts";
import type { DesiredVisor, ObservedVisor } from "../../model/index.ts";
import { awaitingRestart, type History, observeFleet } from "../../reconcile/index.ts";
import {
  type AwaitingField,
  type IgnoredField,
  statusDocument,
  statusText,
} from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint, reporterOf, reportRequestOf } from "../shell/screen.ts";
import { readManifest, selectedVisors } from "../manifest/manifest-source.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  LOOK_OPTIONS,
  ON_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { recordedHistory } from "./read-fleet.ts";
import { forScreen, inManifestOrder, planLook, lookRequestOf } from "./plan-request.ts";
import { printJson } from "../shell/print.ts";
import { readerOf, wayInOf } from "../shell/way-in.ts";

/** `fleet status`: who answers. */
export const status: Command = {
  name: "status",
  about:
    "Show which visors of the manifest answer, with release, route and running apps. Writes nothing.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [ON_OPTION, JSON_OPTION, ...LOOK_OPTIONS, ...ACCESS_OPTIONS, ...OPERATOR_OPTIONS],
  examples: ["fleet status", "fleet status --on tag:shop --json"],
  async run(given, world): Promise<ExitCode> {
    const request = ledgerRequestOf(given, world, manifestRequestOf(given, world, given.words[0]));
    const lookRequest = lookRequestOf(given);
    const look = planLook(lookRequest);
    const wayIn = wayInOf(accessRequestOf(given), world);
    const source = await readManifest(request.manifest, world);
    const selected = await selectedVisors(source, given.text("on"), world);
    const reporter = reporterOf(reportRequestOf(given), world);
    reporter.named(source.desired.keyNames);
    const history = await recordedHistory(source, request.keyFile, world);
    const { visors } = await reporter.during(selected.length, "visors", () =>
      observeFleet({
        visors: selected.map((visor) => asked(visor, history)),
        reader: readerOf(wayIn, world),
        rpcAddress: wayIn.access.rpcAddress,
        clock: world.clock,
        ...defined({ scheme: wayIn.scheme }),
        emit: reporter.emit,
      }),
    );
    const names = source.desired.keyNames;
    const remarks = {
      ignored: ignoredIn(selected, world.clock.now()),
      awaiting: awaitingIn(selected, visors, history),
    };
    if (given.flag("json")) printJson(world, statusDocument(visors, names, remarks));
    else {
      const shown = inManifestOrder(selected).flatMap(({ key }) =>
        visors.filter((visor) => visor.key === key),
      );
      const text = statusText(shown, names, outPaint(world), { ...remarks, ...look });
      world.terminal.out(forScreen(text, lookRequest, world));
    }
    return visors.every((visor) => visor.kind === "seen") ? 0 : 3;
  },
};

/**
 * Status asks for what every visor can tell, whatever the manifest owns; and for served ports where one waits for a
 * restart to be closed, because others may have opened it again.
 */
function asked(visor: DesiredVisor, history: History): DesiredVisor {
  const awaiting = history.known ? (history.awaitingRestart.get(visor.key) ?? []) : [];
  const ports = new Set(
    awaiting.map(({ what }) => what).filter((what) => what.startsWith("ports.")),
  );
  return { ...visor, leaves: new Map([...visor.leaves].filter(([path]) => ports.has(path))) };
}

/** What the ledgers on this machine say waits for a restart that has not come. */
function awaitingIn(
  selected: readonly DesiredVisor[],
  visors: readonly ObservedVisor[],
  history: History,
): readonly AwaitingField[] {
  return visors.flatMap((seen, index) => {
    const desired = selected[index];
    if (seen.kind !== "seen" || desired === undefined) return [];
    return awaitingRestart(history, desired, seen).map((each) => ({ visor: seen.key, ...each }));
  });
}

function ignoredIn(visors: readonly DesiredVisor[], nowMs: number): readonly IgnoredField[] {
  return visors.flatMap(({ key, ignores = [] }) =>
    ignores.map(({ path, untilMs, because }) => ({
      visor: key,
      path,
      until: new Date(untilMs).toISOString(),
      ended: nowMs >= untilMs,
      ...defined({ because }),
    })),
  );
}
