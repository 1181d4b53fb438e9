// Planning by a recorded observation; whether it counts is never for the planned manifest to say.
import { resolve } from "node:path";
import { defined, digestOfBytes, FleetError } from "../../core/index.ts";
import type { TrustedManifest } from "../../model/index.ts";
import { readFileAt } from "../../platform/index.ts";
import {
  acceptObservation,
  buildPlan,
  keysetOf,
  type NamedBefore,
  parseObservation,
  recordedInput,
} from "../../reconcile/index.ts";
import { diagnosticsText } from "../../view/index.ts";
import { errPaint } from "../shell/screen.ts";
import { gitFactsOf, keysNamedAt } from "../git/manifest-at.ts";
import { judgeCommits } from "../git/judge-commits.ts";
import { noCommitAt } from "../git/no-commit.ts";
import { type ManifestSource, readNamed, STANDARD_INPUT } from "../manifest/manifest-source.ts";
import {
  checkedOverrides,
  plannedManifest,
  plannedPart,
  type PlanRequest,
} from "./plan-request.ts";
import type { Operator } from "../ledger/operator.ts";
import type { Planned } from "./planning.ts";
import { TOOL } from "../shell/program-name.ts";
import type { World } from "../shell/world.ts";
import { usage } from "../shell/usage.ts";

/** The commit, or the file, whose manifest says who may vouch for an observation. */
export interface Trusting {
  readonly base?: string | undefined;
  readonly trust?: string | undefined;
}

/** Planning by a recorded observation. */
export interface OfflineRequest extends PlanRequest, Trusting {
  /** The file of `fleet observe`, as the user named it. */
  readonly observation: string;
  /** The plan is kept, and signed when there is a key. */
  readonly isKept: boolean;
}

/** A plan that no visor was asked for. */
export type OfflinePlanned = Pick<Planned, "plan" | "operator" | "source">;

/** The manifest that says who may vouch for an observation. */
interface Trusted {
  readonly manifest: TrustedManifest;
  readonly commit?: string;
  /** What that commit's manifest names, where it is another one. */
  readonly namedBefore?: NamedBefore;
}

/**
 * Plans by a recorded observation: no visor is asked, no ledger read, and no key needed. One that is here signs a
 * plan that is kept.
 * @throws FleetError cli/usage, cli/no-trust, cli/trust, observe/format, observe/damaged (exit 64),
 * observe/unsigned, observe/signature, observe/signer, observe/other-fleet, observe/future (exit 4)
 */
export async function planOffline(request: OfflineRequest, world: World): Promise<OfflinePlanned> {
  const source = await plannedManifest(request, world);
  const { selected, only } = await plannedPart(source, request, world);
  const trusted = await readTrusted(source, request, world);
  const nowMs = request.nowMs ?? world.clock.now();
  const accepted = acceptObservation({
    document: parseObservation(
      new TextDecoder().decode(await readNamed(request.observation, world, "document")),
    ),
    trusted: trusted.manifest,
    proposed: source.desired,
    nowMs,
  });
  const recorded = recordedInput(accepted, selected, trusted.commit);
  const { commit } = trusted;
  const judged = await judgeCommits({
    source,
    git: await gitFactsOf(source),
    history: recorded.history,
    trusted: { keyset: keysetOf(trusted.manifest), ...defined({ commit }) },
  });
  const plan = buildPlan({
    desired: source.desired,
    ...recorded,
    ...defined({ only, namedBefore: trusted.namedBefore }),
    overrides: checkedOverrides(request.overrides, source),
    nowMs,
    expiresAfterMs: request.expiresAfterMs,
    tool: TOOL,
    manifest: {
      path: source.name,
      digest: source.desired.manifestDigest,
      ...judged.inGit,
    },
    ...defined({ commits: judged.commits }),
  });
  return { plan, source, operator: await signerOf(request, world) };
}

/** Who signs a plan that is kept. */
async function signerOf(
  { isKept, keyFile }: OfflineRequest,
  world: World,
): Promise<Operator | undefined> {
  if (!isKept) return undefined;
  const { findOperator } = await import("../ledger/operator.ts");
  return await findOperator(keyFile, world);
}

/** Refuses `--base` and `--trust` where no observation is planned by: they would judge nothing. */
export function refuseTrustOptions({ base, trust }: Trusting): void {
  const name = base === undefined ? (trust === undefined ? undefined : "trust") : "base";
  if (name === undefined) return;
  throw usage(
    `--${name} says whose observations to trust, and there is none`,
    "give it together with --from-observation FILE",
  );
}

async function readTrusted(
  source: ManifestSource,
  { base, trust: file }: Trusting,
  world: World,
): Promise<Trusted> {
  if (base !== undefined && file !== undefined)
    throw usage("--base and --trust both name a trusted manifest", "give one of them");
  if (base !== undefined) return await readBase(base, source, world);
  if (file !== undefined) return await readTrustFile(file, source, world);
  throw new FleetError(
    "cli/no-trust",
    "a manifest that is planned cannot say itself whose observation counts",
    {
      next: "name a manifest that is in force already: --base REF for the one at a commit, or --trust FILE",
      exit: 64,
    },
  );
}

async function readBase(ref: string, source: ManifestSource, world: World): Promise<Trusted> {
  if (source.name === STANDARD_INPUT) {
    throw usage(
      "--base finds the manifest's earlier form by its name, and standard input has none",
      "name a file, or give --trust FILE",
    );
  }
  const found = await readFileAt(source.path, ref);
  switch (found.kind) {
    case "no-commit": {
      const { message, next } = await noCommitAt(ref, source);
      throw untrusted(`--base ${ref}: ${message}`, next);
    }
    case "no-file":
      throw untrusted(
        `--base ${ref}: commit ${found.commit} has no ${source.name}`,
        "name a commit that has it, or give --trust FILE for a fleet's first manifest",
      );
    case "file": {
      const { commit } = found;
      const name = `${source.name} at ${ref}`;
      const manifest = await loadTrusted(found.bytes, { name, source }, world);
      const namedBefore = await keysNamedAt(found.bytes, commit, source);
      return { manifest, commit, ...defined({ namedBefore }) };
    }
  }
}

async function readTrustFile(name: string, source: ManifestSource, world: World): Promise<Trusted> {
  if (name !== STANDARD_INPUT && resolve(world.folder, name) === source.path) {
    throw untrusted(
      `--trust ${name} is the manifest that is planned`,
      "name one that is in force already: another file, or --base REF",
    );
  }
  const bytes = await readNamed(name, world, "manifest");
  return { manifest: await loadTrusted(bytes, { name, source }, world) };
}

async function loadTrusted(
  bytes: Uint8Array,
  { name, source }: { readonly name: string; readonly source: ManifestSource },
  world: World,
): Promise<TrustedManifest> {
  // Most commits do not touch the manifest, and reading one is most of the work of such a plan.
  if (digestOfBytes(bytes) === source.desired.manifestDigest) return source.desired;
  const { loadKeyset } = await import("../manifest/manifest-room.ts");
  const { trusted, diagnostics } = loadKeyset(bytes, name);
  if (trusted !== undefined) return trusted;
  world.terminal.err(diagnosticsText(diagnostics, errPaint(world)));
  throw untrusted(
    `the trusted manifest, ${name}, is not valid`,
    "name one that `fleet validate` finds good",
  );
}

function untrusted(message: string, next: string): FleetError {
  return new FleetError("cli/trust", message, { next, exit: 64 });
}
