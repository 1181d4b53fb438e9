// `fleet trust`: who can manage which visor, by which list, directly or through whom.
import { resolve } from "node:path";
import {
  checkVisorKey,
  defined,
  type ExitCode,
  FleetError,
  fromUtf8,
  type VisorKey,
} from "../../core/index.ts";
import { changesOf, type DesiredVisor, MANIFEST_BYTES_MAX } from "../../model/index.ts";
import { observeFleet, parsePlan } from "../../reconcile/index.ts";
import {
  doubtText,
  pathText,
  trustAfter,
  TrustGraph,
  trustReport,
  trustSeen,
  trustUnknown,
  trustWanted,
  type VisorTrust,
} from "../../trust/index.ts";
import { reachText, trustDocument, trustGraphText, trustText } from "../../view/index.ts";
import { type ManifestSource, readManifest, selectedVisors } from "../manifest/manifest-source.ts";
import { type AccessRequest, accessRequestOf } from "../shell/access-request.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { ACCESS_OPTIONS, JSON_OPTION, MANIFEST_OPTION, ON_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import { outPaint, type Reporter, reporterOf, reportRequestOf } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import { readerOf, wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

// `fleet trust`: who can manage what, read from visors, from the manifest alone, or as a plan would leave it.

/** What is asked of the ways there are. */
interface TrustRequest {
  readonly manifest: string;
  readonly on?: string;
  readonly access: AccessRequest;
  /** From the manifest alone; no visor is asked. */
  readonly isDeclared: boolean;
  /** A plan file, as whose changes would leave it. */
  readonly plan?: string;
  /** Everything that this key reaches. */
  readonly of?: string;
  /** The chain from one to the other. */
  readonly path?: readonly [string, string];
  readonly isJson: boolean;
  readonly graph?: "dot" | "mermaid";
}

/** `fleet trust`: who can manage what. */
export const trustCommand: Command = {
  name: "trust",
  about:
    "Show who can manage each visor, by which list, directly or through whom, and what that includes. Writes nothing.",
  words: [
    { form: "[WHO]", about: "a name or key: everything it reaches, what a thief would have" },
  ],
  options: [
    {
      name: "path",
      value: "FROM",
      about: "the chain by which FROM manages WHO, if there is one",
    },
    { name: "if", value: "PLAN", about: "as the changes of a plan file would leave it" },
    { name: "declared", about: "by the manifest alone: no visor is asked" },
    { name: "graph", value: "KIND", about: "the ways as a graph: dot or mermaid" },
    MANIFEST_OPTION,
    ON_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
  ],
  examples: [
    "fleet trust",
    "fleet trust phone",
    "fleet trust hub-1 --path phone",
    "fleet trust --if plan.json",
    "fleet trust --graph mermaid --declared",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = trustRequestOf(given, world);
    const source = await readManifest(request.manifest, world);
    const selected = await selectedVisors(source, request.on, world);
    const reporter = reporterOf(reportRequestOf(given), world);
    const visors = await lookedAt(request, { source, selected, reporter }, world);
    const { keyNames, controllers } = source.desired;
    const looked = new Set(visors.map(({ key }) => key));
    const graph = new TrustGraph([
      ...visors,
      ...source.desired.visors.flatMap(({ key }) => (looked.has(key) ? [] : [trustUnknown(key)])),
    ]);
    if (request.of !== undefined) return showOne(request, { of: request.of, graph, source }, world);
    const report = trustReport(graph, {
      visors: selected
        .toSorted((left, right) => left.place.line - right.place.line)
        .map(({ key }) => key),
      controllers,
      isDeclared: (key) => keyNames.has(key),
    });
    if (request.isJson) printJson(world, trustDocument(report, keyNames, fromOf(request)));
    else if (request.graph === undefined)
      world.terminal.out(trustText(report, keyNames, outPaint(world)));
    else world.terminal.out(trustGraphText(report, keyNames, request.graph));
    return report.rows.some(({ doubts }) => doubts.length > 0) ? 3 : 0;
  },
};

/** @throws FleetError cli/usage (exit 64) */
function trustRequestOf(given: Given, world: World): TrustRequest {
  const { manifest } = manifestRequestOf(given, world);
  const on = given.text("on");
  const plan = given.text("if");
  const [of] = given.words;
  const from = given.text("path");
  const graph = given.text("graph");
  const isDeclared = given.flag("declared");
  if (isDeclared && plan !== undefined)
    throw usage("--declared and --if say two things", "give one of them");
  if (from !== undefined && of === undefined)
    throw usage("--path needs the visor that it leads to", "fleet trust VISOR --path FROM");
  if (graph !== undefined && graph !== "dot" && graph !== "mermaid")
    throw usage(`--graph is no ${graph}`, "write --graph dot or --graph mermaid");
  if (graph !== undefined && (given.flag("json") || of !== undefined))
    throw usage("--graph is of all ways, and a form of its own", "leave the others away");
  return {
    manifest,
    ...defined({ on, plan, of }),
    access: accessRequestOf(given),
    isDeclared,
    ...(from === undefined || of === undefined ? {} : { path: [from, of] as const }),
    isJson: given.flag("json"),
    ...(graph === "dot" || graph === "mermaid" ? { graph } : {}),
  };
}

function fromOf({ isDeclared, plan }: TrustRequest): string {
  if (isDeclared) return "manifest";
  return plan === undefined ? "visors" : "plan";
}

/** The lists of visors that were asked for, from where the request says. */
async function lookedAt(
  request: TrustRequest,
  {
    source,
    selected,
    reporter,
  }: {
    readonly source: ManifestSource;
    readonly selected: readonly DesiredVisor[];
    readonly reporter: Reporter;
  },
  world: World,
): Promise<readonly VisorTrust[]> {
  if (request.isDeclared) return selected.map(trustWanted);
  const plan = request.plan === undefined ? undefined : await readPlan(request.plan, world);
  if (plan !== undefined && plan.fleet !== source.desired.fleet)
    throw usage(
      `${request.plan} is a plan of fleet ${plan.fleet}`,
      `the manifest is of ${source.desired.fleet}`,
    );
  const wayIn = wayInOf(request.access, world);
  reporter.named(source.desired.keyNames);
  const { visors } = await reporter.during(selected.length, "visors", () =>
    observeFleet({
      visors: selected,
      reader: readerOf(wayIn, world),
      rpcAddress: wayIn.access.rpcAddress,
      clock: world.clock,
      ...defined({ scheme: wayIn.scheme }),
      emit: reporter.emit,
    }),
  );
  const changes = new Map(plan?.visors.map((visor) => [visor.key, changesOf(visor)]));
  return visors.map((visor) => trustAfter(trustSeen(visor), changes.get(visor.key) ?? []));
}

async function readPlan(name: string, world: World): Promise<ReturnType<typeof parsePlan>> {
  const bytes = await world.files.read(resolve(world.folder, name), {
    bytesMax: MANIFEST_BYTES_MAX,
  });
  if (bytes === undefined)
    throw new FleetError("cli/no-file", `there is no file ${name}`, {
      next: "`fleet plan --out plan.json` writes one",
      exit: 64,
    });
  return parsePlan(fromUtf8(bytes));
}

/** What one key reaches, or the chain by which another manages it. */
function showOne(
  request: TrustRequest,
  {
    of,
    graph,
    source,
  }: { readonly of: string; readonly graph: TrustGraph; readonly source: ManifestSource },
  world: World,
): ExitCode {
  const { keyNames } = source.desired;
  const key = keyOf(of, source);
  const nameOf = (each: string): string => keyNames.get(each) ?? each;
  if (request.path !== undefined) {
    const [from] = request.path;
    if (!graph.visors.has(key as VisorKey))
      throw usage(`${of} is no visor of the manifest`, "--path leads to a visor");
    const answer = graph.answer(keyOf(from, source), key as VisorKey);
    if (request.isJson) printJson(world, { format: "fleet.skywire/trust-path/v1", ...answer });
    else world.terminal.out(`${answerText(answer, nameOf, [from, of])}\n`);
    return answer.kind === "unknown" ? 3 : 0;
  }
  const lines = new Map(source.desired.visors.map((visor) => [visor.key, visor.place.line]));
  const reached = graph
    .reach(key)
    .toSorted((left, right) => (lines.get(left.visor) ?? 0) - (lines.get(right.visor) ?? 0));
  if (request.isJson) {
    printJson(world, {
      format: "fleet.skywire/trust-reach/v1",
      key,
      reaches: reached.map(({ visor, includes, path }) => ({
        visor,
        name: nameOf(visor),
        includes: [...includes],
        path: path.map((way) => ({ ...way })),
      })),
    });
  } else {
    const facts = {
      names: keyNames,
      of: graph.visors.size,
      paint: outPaint(world),
      chain: (path: Parameters<typeof pathText>[0]) => pathText(path, nameOf),
    };
    world.terminal.out(reachText(key, reached, facts));
  }
  return [...graph.visors.keys()].some((visor) => graph.doubtsOf(visor).length > 0) ? 3 : 0;
}

function answerText(
  answer: ReturnType<TrustGraph["answer"]>,
  nameOf: (key: string) => string,
  [from, to]: readonly [string, string],
): string {
  switch (answer.kind) {
    case "yes":
      return `${pathText(answer.path, nameOf)}.`;
    case "no":
      return `${from} does not manage ${to}.`;
    case "unknown":
      return `It is not known whether ${from} manages ${to}: ${doubtText(answer.doubts, nameOf)}.`;
  }
}

/** A name of the manifest, of a visor or of `keys`, or a whole key. */
function keyOf(word: string, { desired }: ManifestSource): string {
  const named = [...desired.keyNames].find(([key, name]) => name === word || key === word);
  if (named !== undefined) return named[0];
  const checked = checkVisorKey(word);
  if ("key" in checked) return checked.key;
  throw new FleetError("cli/unknown-key", `the manifest names nobody "${word}"`, {
    next: "name a visor or an entry of keys, or give a whole key",
    exit: 64,
  });
}
