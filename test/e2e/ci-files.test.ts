import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pull, readReady, scriptOf, type ScriptRun } from "../support/forge.ts";
import { type GitOpsWorld, gitOpsWorld } from "../support/gitops-world.ts";

const FILES = [
  "github/fleet-plan.yml",
  "github/fleet-comment.yml",
  "github/fleet-apply.yml",
  "github/fleet-drift.yml",
  "gitea/fleet.yml",
  "gitlab-ci.yml",
] as const;
const HOOK = fileURLToPath(new URL("../../docs/ci/pre-commit", import.meta.url));

describe.each(FILES)("%s", (name) => {
  it("puts nothing from outside into a script, and runs nobody's code but the forge's own", async () => {
    const { text, scripts } = await readReady(name);
    expect(scripts.length).toBeGreaterThan(0);
    for (const { run } of scripts) expect(run).not.toContain("${{");
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(["actions/checkout@v4", "actions/setup-node@v4"]).toEqual(expect.arrayContaining(used));
    expect(text).not.toContain("pull_request_target");
    expect(text).not.toContain("secrets.");
  });

  it("may do as little as it can", async () => {
    const { document } = await readReady(name);
    if (name === "gitlab-ci.yml") return;
    const jobs = Object.values(document["jobs"] as Record<string, { permissions?: object }>);
    const granted = jobs.map(({ permissions }) => permissions ?? document["permissions"]);
    for (const permissions of granted) {
      const writes = Object.entries(permissions as Record<string, string>).filter(
        ([, may]) => may === "write",
      );
      expect(writes.length).toBeLessThanOrEqual(1);
    }
    if (name === "github/fleet-plan.yml") {
      expect(document["permissions"]).toEqual({ contents: "read" });
      expect(Object.keys(document["on"] as object)).toEqual(["pull_request"]);
    }
  });
});

describe("the scripts on a forge", { timeout: 120_000 }, () => {
  let world: GitOpsWorld;
  beforeAll(async () => {
    world = await gitOpsWorld();
  }, 120_000);
  afterAll(async () => {
    await world.stop();
  });

  const level = (to: string) => (text: string) =>
    text.replace(/log_level: \w+/, `log_level: ${to}`);
  const fleet = (...args: readonly string[]): ScriptRun =>
    world.forge.run("fleet", args, world.clone, world.beside);

  async function expectDrift(observeAndDrift: () => Promise<ScriptRun>): Promise<void> {
    const name = world.names[1] ?? "";
    const change = ["embedded", "change", name, "config", "log_level", '"panic"'];
    fleet(...change, "--dir", world.visors.folder);
    const ran = await observeAndDrift();
    expect(ran).toMatchObject({
      code: 2,
      out: expect.stringContaining("Drift: 1 change by others"),
    });
    expect(world.forge.git(world.clone, "ls-remote", "origin")).toContain(
      "refs/heads/fleet-observed",
    );
    expect(fleet("apply", "--yes")).toMatchObject({ code: 0 });
    expect(await observeAndDrift()).toMatchObject({ code: 0 });
  }

  async function gitlab(job: string, ref: string, env: Record<string, string>): Promise<ScriptRun> {
    const ready = scriptOf(await readReady("gitlab-ci.yml"), job, "0", {});
    const folder = await world.forge.checkout("gitlab", ref);
    return world.forge.script(ready.run, folder, {
      CI_API_V4_URL: "https://gitlab.example.net/api/v4",
      CI_PROJECT_ID: "7",
      CI_PROJECT_URL: world.forge.origin.replace(/\.git$/, ""),
      CI_COMMIT_SHA: world.forge.git(folder, "rev-parse", "HEAD"),
      CI_MERGE_REQUEST_PROJECT_ID: "7",
      CI_MERGE_REQUEST_PROJECT_URL: world.forge.origin.replace(/\.git$/, ""),
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
      ...ready.env,
      ...env,
    });
  }

  async function gitea(
    job: string,
    ref: string,
    values: Record<string, string>,
    env: Record<string, string>,
  ): Promise<ScriptRun> {
    const file = await readReady("gitea/fleet.yml");
    const step = file.scripts.filter((each) => each.job === job).at(-1)?.step ?? "";
    const ready = scriptOf(file, job, step, {
      "github.token": "token",
      "vars.FLEET_OPERATOR_SECRET_FILE": join(
        world.beside["FLEET_HOME"] ?? "",
        "config/operator.json",
      ),
      ...values,
    });
    const folder = await world.forge.checkout("gitea", ref);
    return world.forge.script(ready.run, folder, {
      GITHUB_SERVER_URL: "https://forge.example.net",
      GITHUB_REPOSITORY: "owner/fleet",
      ...ready.env,
      ...env,
    });
  }

  const token = { FLEET_COMMENT_TOKEN: "glpat-x" };

  it("GitLab: publishes what it observes, and fails while something has drifted", async () => {
    await expectDrift(
      async () => await gitlab("fleet-drift", "main", { ...world.beside, ...token }),
    );
  });

  it("GitLab: notes the plan once, plans for forks without a token, and applies what was approved", async () => {
    const pull = await world.propose("quiet", level("info"));
    const head = `refs/pull/${pull.number}/head`;
    const own = { ...world.anywhere, CI_MERGE_REQUEST_IID: String(pull.number) };
    const fork = await gitlab("fleet-plan", head, { ...own, CI_PROJECT_ID: "8" });
    expect(fork).toMatchObject({ code: 0, out: expect.stringContaining("Plan: ") });
    expect((await world.forge.state()).comments).toEqual({});
    for (let round = 0; round < 2; round += 1)
      expect(await gitlab("fleet-plan", head, { ...own, ...token })).toMatchObject({ code: 0 });
    expect((await world.forge.state()).comments[pull.number]).toHaveLength(1);
    const commit = await world.merge(pull, "merge");
    await tamper(pull, /fleet-decision:sha256:[0-9a-f]{8}/, "fleet-decision:sha256:00000000");
    const runner = { ...world.beside, ...token, CI_COMMIT_SHA: commit };
    const refused = await gitlab("fleet-apply", commit, runner);
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining("cli/other-decision") });
    expect(await gitlab("fleet-plan", head, { ...own, ...token })).toMatchObject({ code: 0 });
    expect(await gitlab("fleet-apply", commit, runner)).toMatchObject({ code: 0 });
    expect(fleet("plan").out).toContain("No changes");
  });

  it("Gitea: keeps one comment, applies what was approved, and fails while something has drifted", async () => {
    const drift = async (): Promise<ScriptRun> => await gitea("drift", "main", {}, world.beside);
    await expectDrift(drift);
    const pull = await world.propose("noisy", level("debug"));
    const values = {
      "github.event.pull_request.base.sha": world.forge.git(world.clone, "rev-parse", "main"),
      "github.event.pull_request.head.sha": pull.head.sha,
      "github.event.pull_request.number": String(pull.number),
    };
    const head = `refs/pull/${pull.number}/head`;
    for (let round = 0; round < 2; round += 1)
      expect(await gitea("plan", head, values, world.anywhere)).toMatchObject({ code: 0 });
    expect((await world.forge.state()).comments[pull.number]).toHaveLength(1);
    const commit = await world.merge(pull, "squash");
    const runner = { ...world.beside, GITHUB_SHA: commit };
    await tamper(pull, `fleet-commit:${pull.head.sha}`, "fleet-commit:0000");
    const refused = await gitea("apply", commit, {}, runner);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining("not of its last commit"),
    });
    await tamper(pull, "fleet-commit:0000", `fleet-commit:${pull.head.sha}`);
    expect(await gitea("apply", commit, {}, runner)).toMatchObject({ code: 0 });
    expect(fleet("plan").out).toContain("No changes");
  });

  async function tamper({ number }: Pull, from: string | RegExp, to: string): Promise<void> {
    await world.forge.change((state) => {
      state.comments[number] = (state.comments[number] ?? []).map((said) => ({
        ...said,
        body: said.body.replace(from, to),
      }));
    });
  }

  it("the hook lets a good manifest through, looks at what is staged, and leaves other files alone", async () => {
    const { forge, clone } = world;
    const hooks = join(clone, ".git/hooks");
    await mkdir(hooks, { recursive: true });
    await copyFile(HOOK, join(hooks, "pre-commit"));
    await chmod(join(hooks, "pre-commit"), 0o755);
    const text = await readFile(join(clone, "fleet.yaml"), "utf8");
    const commit = (): ScriptRun => {
      const who = ["-c", "user.name=owner", "-c", "user.email=owner@example.net"];
      return forge.run("git", [...who, "commit", "--quiet", "-m", "edit"], clone, world.anywhere);
    };
    await writeFile(join(clone, "other.yaml"), "a:   [not, a, manifest]\n");
    await writeFile(join(clone, "fleet.yaml"), text.replace(/log_level: \w+/, "log_level: warn"));
    forge.git(clone, "add", "--all");
    expect(forge.run("fleet", ["fmt"], clone, world.anywhere)).toMatchObject({ code: 0 });
    forge.git(clone, "add", "--all");
    expect(commit()).toMatchObject({ code: 0 });
    const good = await readFile(join(clone, "fleet.yaml"), "utf8");
    await writeFile(join(clone, "fleet.yaml"), good.replace("log_level: warn", "log_level: loud"));
    forge.git(clone, "add", "--all");
    await writeFile(join(clone, "fleet.yaml"), good);
    const refused = commit();
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain("fleet.yaml: fleet validate:");
    await writeFile(join(clone, "fleet.yaml"), `${good}\nroles:   {}\n`);
    forge.git(clone, "checkout", "--quiet", "HEAD", "--", "fleet.yaml");
    await writeFile(
      join(clone, "fleet.yaml"),
      good.replace("fleet: embedded", "fleet:   embedded  "),
    );
    forge.git(clone, "add", "--all");
    expect(commit().err).toContain("fleet.yaml: fleet fmt --check:");
  });
});
