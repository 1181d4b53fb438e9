import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Pull,
  type ReadyFile,
  readReady,
  scriptOf,
  type ScriptRun,
} from "../support/forge.ts";
import { type GitOpsWorld, gitOpsWorld } from "../support/gitops-world.ts";

let world: GitOpsWorld;
let files: Readonly<Record<"plan" | "comment" | "apply" | "drift", ReadyFile>>;
let temp = "";

beforeAll(async () => {
  world = await gitOpsWorld();
  temp = join(world.forge.base, "tmp");
  files = {
    plan: await readReady("github/fleet-plan.yml"),
    comment: await readReady("github/fleet-comment.yml"),
    apply: await readReady("github/fleet-apply.yml"),
    drift: await readReady("github/fleet-drift.yml"),
  };
  await observe();
}, 120_000);
afterAll(async () => {
  await world.stop();
});

interface Step {
  readonly file: keyof typeof files;
  readonly job: string;
  readonly step: string;
  readonly ref: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs one step of a workflow in a fresh checkout, as a runner would. */
async function runStep({ file, job, step, ref, values = {}, env }: Step): Promise<ScriptRun> {
  const { run, env: own } = scriptOf(files[file], job, step, {
    "github.token": "token",
    "vars.FLEET_OPERATOR_SECRET_FILE": join(
      world.beside["FLEET_HOME"] ?? "",
      "config/operator.json",
    ),
    ...values,
  });
  const folder = await world.forge.checkout("checkout", ref);
  return world.forge.script(run, folder, {
    GITHUB_REPOSITORY: "owner/fleet",
    RUNNER_TEMP: temp,
    GITHUB_ENV: join(temp, "env"),
    ...own,
    ...env,
  });
}

async function observe(): Promise<ScriptRun> {
  const where = { file: "drift", job: "observe", step: "Observe", ref: "main" } as const;
  return await runStep({ ...where, env: world.beside });
}

async function plan(pull: Pull): Promise<ScriptRun & { readonly summary: string }> {
  const summary = join(temp, "summary.md");
  await writeFile(summary, "");
  const ran = await runStep({
    file: "plan",
    job: "plan",
    step: "Plan",
    ref: `refs/pull/${pull.number}/head`,
    values: {
      "github.event.pull_request.base.sha": world.forge.git(world.clone, "rev-parse", "main"),
    },
    env: { ...world.anywhere, GITHUB_STEP_SUMMARY: summary },
  });
  return { ...ran, summary: await readFile(summary, "utf8") };
}

async function comment({ head }: Pull): Promise<ScriptRun> {
  const [owner = "", branch = ""] = head.label.split(":");
  return await runStep({
    file: "comment",
    job: "comment",
    step: "Comment",
    ref: "main",
    values: {
      "github.event.workflow_run.head_sha": head.sha,
      "github.event.workflow_run.head_branch": branch,
      "github.event.workflow_run.head_repository.owner.login": owner,
    },
    env: world.anywhere,
  });
}

async function apply(commit: string): Promise<ScriptRun> {
  await writeFile(join(temp, "env"), "");
  const job = { file: "apply", job: "apply", ref: commit } as const;
  const env = { ...world.beside, GITHUB_SHA: commit };
  const found = await runStep({ ...job, step: "Find the approved decision", env });
  if (found.code !== 0) return found;
  const decision = /^DECISION=(.+)$/m.exec(await readFile(join(temp, "env"), "utf8"))?.[1] ?? "";
  return await runStep({ ...job, step: "Apply", env: { ...env, DECISION: decision } });
}

async function drift(): Promise<ScriptRun> {
  const where = { file: "drift", job: "drift", step: "Report drift", ref: "main" } as const;
  return await runStep({ ...where, env: world.beside });
}

function fleet(...args: readonly string[]): ScriptRun {
  return world.forge.run("fleet", args, world.clone, world.beside);
}

const level = (to: string) => (text: string) => text.replace(/log_level: \w+/, `log_level: ${to}`);

// One repository's story: each step stands on the one before.
describe("a fleet that lives in a repository", { timeout: 120_000 }, () => {
  it("plans a pull request without key, secret or visor, and keeps one comment about it", async () => {
    const pull = await world.propose("quieter", level("info"));
    const planned = await plan(pull);
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.out).toContain("::notice file=fleet.yaml");
    expect(planned.summary).toContain("settings.log_level");
    expect(await comment(pull)).toMatchObject({ code: 0 });
    expect(await comment(pull)).toMatchObject({ code: 0 });
    const said = (await world.forge.state()).comments[pull.number] ?? [];
    expect(said).toHaveLength(1);
    expect(said[0]?.body).toContain(`<!-- fleet-commit:${pull.head.sha} -->`);
    expect(said[0]?.body).toMatch(/fleet apply --expect-decision sha256:[0-9a-f]{64}/);
  });

  it("applies nothing when the comment approves another decision, or an earlier commit", async () => {
    const [pull] = (await world.forge.state()).pulls;
    if (pull === undefined) throw new Error("no pull request");
    const commit = await world.merge(pull, "squash");
    const said = (await world.forge.state()).comments[pull.number]?.[0]?.body ?? "";
    const withBody = async (body: string): Promise<void> =>
      await world.forge.change((state) => {
        state.comments[pull.number] = (state.comments[pull.number] ?? []).map((each) => ({
          ...each,
          body,
        }));
      });
    await withBody(
      said.replace(/fleet-decision:sha256:[0-9a-f]{8}/, "fleet-decision:sha256:00000000"),
    );
    const other = await apply(commit);
    expect(other).toMatchObject({ code: 5, err: expect.stringContaining("cli/other-decision") });
    await withBody(said.replace(`fleet-commit:${pull.head.sha}`, "fleet-commit:0000"));
    const earlier = await apply(commit);
    expect(earlier).toMatchObject({
      code: 1,
      out: expect.stringContaining("not of its last commit"),
    });
    await withBody(said);
    expect(fleet("plan", "--detailed-exitcode")).toMatchObject({ code: 2 });
  });

  it("applies the approved decision after the squash", async () => {
    const commit = world.forge.git(world.clone, "rev-parse", "main");
    const applied = await apply(commit);
    expect(applied.err).toBe("");
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining("Applied: ") });
    expect(fleet("plan").out).toContain("No changes");
    expect(fleet("log", "--json").out).toContain(commit);
  });

  it("applies what a merge commit brings, too", async () => {
    expect(await observe()).toMatchObject({ code: 0 });
    const pull = await world.propose("louder", level("debug"));
    expect(await plan(pull)).toMatchObject({ code: 0 });
    expect(await comment(pull)).toMatchObject({ code: 0 });
    const applied = await apply(await world.merge(pull, "merge"));
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining("Applied: ") });
  });

  it("applies nothing that was pushed past a pull request", async () => {
    await writeFile(join(world.clone, "fleet.yaml"), level("error")(await world.manifest()));
    world.forge.git(world.clone, "commit", "--quiet", "--all", "-m", "straight to main");
    world.forge.git(world.clone, "push", "--quiet", "origin", "main");
    const commit = world.forge.git(world.clone, "rev-parse", "main");
    const applied = await apply(commit);
    expect(applied).toMatchObject({ code: 1, out: expect.stringContaining("nobody approved") });
    world.forge.git(world.clone, "revert", "--no-edit", "HEAD");
    world.forge.git(world.clone, "push", "--quiet", "origin", "main");
  });

  it("opens one issue about drift, and closes it when the drift is undone", async () => {
    const [, name = ""] = world.names;
    const change = ["embedded", "change", name, "config", "log_level", '"panic"'];
    expect(fleet(...change, "--dir", world.visors.folder)).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ code: 0 });
    const { issues } = await world.forge.state();
    expect(issues).toHaveLength(1);
    expect(issues[0]?.body).toContain(`    Changed by others since the last apply`);
    expect(issues[0]?.body).toContain(`fleet apply --only ${name}/settings.log_level`);
    const undo = ["apply", "--only", `${name}/settings.log_level`, "--yes"];
    expect(fleet(...undo)).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ code: 0, out: expect.stringContaining("No drift") });
    expect((await world.forge.state()).issues[0]?.state).toBe("closed");
  });
});

describe("a fork's pull request", { timeout: 120_000 }, () => {
  const withArgs = (reference: string) => (text: string) =>
    text.replace(
      "skychat: { running: true }",
      `skychat: { running: true, args: ["${reference}"] }`,
    );

  it.each([
    [
      "a file of the runner",
      "file:../../owner-home/operator.json",
      "without .. and without a leading /",
    ],
    ["the runner's token", "env:GITHUB_TOKEN", "is never sent to a visor"],
    ["the operator's secret", "env:FLEET_OPERATOR_SECRET_FILE", "is never sent to a visor"],
  ])("that refers to %s is refused, with the message", async (_what, reference, message) => {
    const pull = await world.propose("greedy", withArgs(reference), "mallory");
    const planned = await plan(pull);
    expect(planned).toMatchObject({ code: 64, err: expect.stringContaining(message) });
    expect((await comment(pull)).code).toBe(64);
    expect((await world.forge.state()).comments[pull.number]).toBeUndefined();
  });

  it("that adds its own signer is judged by who may sign on main, and applied by nobody", async () => {
    const { forge, clone, visors } = world;
    const mallory = { FLEET_RPC: visors.rpc, FLEET_HOME: join(forge.base, "mallory-home") };
    const { key } = JSON.parse(forge.run("fleet", ["keygen", "--json"], clone, mallory).out) as {
      key: string;
    };
    expect(await observe()).toMatchObject({ code: 0 });
    const pull = await world.propose(
      "mine",
      (text) =>
        text.replace(
          "operators:\n",
          `operators:\n  mallory: { key: "${key}", may: [plan, apply] }\n`,
        ),
      "mallory",
    );
    const folder = await forge.checkout("checkout", `refs/pull/${pull.number}/head`);
    const seen = join(forge.base, "mallory.json");
    expect(forge.run("fleet", ["observe", "--out", seen], folder, mallory)).toMatchObject({
      code: 0,
    });
    const words = ["plan", "--from-observation", seen, "--base", "origin/main"];
    const forged = forge.run("fleet", words, folder, world.anywhere);
    expect(forged).toMatchObject({ code: 4, err: expect.stringContaining("observe/signer") });
    expect((await plan(pull)).summary).toContain("operator");
    expect(await comment(pull)).toMatchObject({ code: 0 });
    const said = (await forge.state()).comments[pull.number]?.[0]?.body ?? "";
    expect(said).toContain("mallory");
    const applied = await apply(await world.merge(pull, "squash"));
    expect(applied).toMatchObject({
      code: 4,
      err: expect.stringContaining("--allow-keyset-change"),
    });
  });
});
