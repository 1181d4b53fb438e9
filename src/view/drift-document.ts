// Drift as a JSON document.
import type { Json } from "../core/index.ts";
import {
  type Change,
  type Lingering,
  owedRestartsOf,
  type Plan,
  type PlanVisor,
  valuesOf,
} from "../model/index.ts";
import { momentDocument, verdictDocument } from "./blame-text.ts";
import { type DriftStory, foundAsWanted, isByOthers, restartAfter } from "./drift-story.ts";

/** What differs as a document: each value with who answers for it and the three command lines. */
export function driftDocument(plan: Plan, story: DriftStory): Json {
  const fields = plan.visors.flatMap((visor) =>
    valuesOf(visor).map((change) => {
      const { path, element, before, after, secrets } = change;
      return {
        visor: visor.key,
        name: visor.name,
        path,
        element,
        by: isByOthers(visor.key, change, story) ? "others" : "manifest",
        ...(secrets === undefined ? { wanted: after, found: before } : { secret: true }),
        ...blameOf(visor, change, story),
        ...story.verbs(visor, path),
        ...(restartAfter(visor, change) === undefined ? {} : { restarts: true }),
      };
    }),
  );
  return {
    format: "fleet.skywire/drift/v1",
    fleet: plan.fleet,
    at: plan.created,
    complete: plan.complete,
    fields,
    restartsOwed: plan.visors.flatMap((visor) =>
      owedRestartsOf(visor).map(({ path, owedSince }) => ({
        visor: visor.key,
        name: visor.name,
        path,
        sinceEntry: owedSince,
        apply: story.verbs(visor, path).revert,
      })),
    ),
    doubtful: plan.visors.flatMap(({ key, name, doubtful = [] }) =>
      doubtful.map(({ path, sinceEntry }) => ({ visor: key, name, path, sinceEntry })),
    ),
    ignored: plan.visors.flatMap(({ key, name, ignored = [] }) =>
      ignored.map(({ path, until, because, ended, changes }) => ({
        visor: key,
        name,
        path,
        until,
        because,
        ended,
        differs: changes.length > 0,
      })),
    ),
    cannotStart: plan.visors.flatMap(({ key, name, cannotStart = [] }) =>
      cannotStart.map(({ app, element, next }) => ({ visor: key, name, app, element, next })),
    ),
    awaitingRestart: plan.visors.flatMap(({ key, name, awaitingRestart }) =>
      awaitingRestart.map(({ path, sinceEntry }) => ({ visor: key, name, path, sinceEntry })),
    ),
    ...(plan.lingering === undefined ? {} : { lingering: lingeringDocument(plan.lingering) }),
    ...(plan.expectations === undefined
      ? {}
      : {
          expectations: plan.expectations.map(({ place, rows, ...each }) => ({
            ...each,
            place: { ...place },
            rows: rows.map((row) => ({ ...row })),
          })),
        }),
    unreachable: plan.visors.flatMap(({ key, name, unseen }) =>
      unseen === undefined ? [] : [{ visor: key, name, reason: unseen.reason }],
    ),
    plan: plan.digest,
    decision: plan.decision,
  };
}

function lingeringDocument({ keys, unknown, unknownKeys }: Lingering): Json {
  return {
    keys: keys.map(({ ways, ...each }) => ({ ...each, ways: ways.map((way) => ({ ...way })) })),
    unknown: unknown.map((each) => ({ ...each })),
    unknownKeys: [...unknownKeys],
  };
}

function blameOf(
  { key, observed }: PlanVisor,
  change: Change,
  story: DriftStory,
): { readonly [key: string]: Json | undefined } {
  const blamed = story.blamed(key, change);
  if (blamed === undefined) return {};
  const wanted = foundAsWanted(key, change, blamed, story);
  if (wanted === undefined) return verdictDocument(blamed.verdict, story.feeds);
  const readMs = observed === undefined ? undefined : Date.parse(observed.at);
  return {
    verdict: "changed-outside-fleet",
    after: momentDocument(wanted, story.feeds),
    ...(readMs === undefined ? {} : { before: momentDocument({ timeMs: readMs }, story.feeds) }),
  };
}
