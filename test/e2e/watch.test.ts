import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realClock } from "../support/clocks.ts";
import { type CliFleet, cliFleet, type Ran } from "../support/cli-world.ts";
import { type Json, sleep, utf8 } from "../../src/core/index.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "v1.3.73", ...TRUST },
];
const HEAD = `controllers: [laptop, desk]
whitelists: { admins: [laptop, desk] }
roles:
  base: { trust: { hypervisors: [admins] }, settings: { transport.public_autoconnect: false } }
  modern: { extends: [base], settings: { log_level: debug, routing.min_hops: 1 } }
watch:
  rules:
    - { fields: [settings.log_level, trust], do: correct }
    - { fields: [settings.routing.min_hops], do: ignore }`;
const BODIES = { laptop: "roles: [modern]", desk: "roles: [modern]", "shop-1": "roles: [base]" };

interface Line {
  readonly ts: string;
  readonly level: string;
  readonly decision: string;
  readonly message: string;
  readonly visor?: string;
  readonly path?: string;
  readonly culprit?: string;
}

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  await user.manifest(HEAD, BODIES);
  await user.run("apply", "--yes");
});
afterAll(async () => {
  await user.fleet.stop();
});

function linesOf(text: string): readonly Line[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

/** Runs a watch until it has said something, then stops it. */
async function watchUntil(
  isSaid: (lines: readonly Line[]) => boolean,
  ...argv: readonly string[]
): Promise<Ran & { readonly lines: readonly Line[] }> {
  const before = user.live.out.length;
  const running = user.run("watch", "--json", ...argv);
  const said = (): readonly Line[] => linesOf(user.live.out.slice(before));
  let hasEnded = false;
  void running.then(() => (hasEnded = true));
  for (let turn = 0; turn < 400 && !hasEnded && !isSaid(said()); turn += 1)
    await sleep(realClock, 25);
  user.interrupt();
  const ran = await running;
  return { ...ran, lines: linesOf(ran.out) };
}

function decided(decision: string, count = 1): (lines: readonly Line[]) => boolean {
  return (lines) => lines.filter((line) => line.decision === decision).length >= count;
}

async function changeBehindBack(visor: string, path: string, value: Json): Promise<void> {
  await user.fleet.control.changeBehindBack(visor, { kind: "config", path, value });
}

describe("fleet watch on an embedded fleet", () => {
  it("writes nothing while all is as wanted, and asks for no summary twice", async () => {
    user.fleet.counters.reset();
    const { lines, code } = await watchUntil(decided("pass", 4), "--interval", "2s");
    expect(code).toBe(0);
    expect(lines.map(({ decision }) => decision).slice(0, 3)).toEqual([
      "started",
      "manifest",
      "pass",
    ]);
    expect(lines.at(-1)?.decision).toBe("stopped");
    expect(user.fleet.counters.mutating()).toBe(0);
    const passes = lines.filter(({ decision }) => decision === "pass").length;
    const desk = new Map(
      user.fleet.counters.calls("desk").map(({ method, count }) => [method, count]),
    );
    expect(desk.get("Summary")).toBeUndefined();
    // Which methods the visor serves is asked once; the rest is readiness and the configuration.
    expect(desk.get("SetConfigFields")).toBe(1);
    expect(desk.get("GetRuntimeConfig")).toBeGreaterThanOrEqual(passes);
  });

  it("leaves a source alone that is watched already, and takes over from a watch that was killed", async () => {
    let second: Ran | undefined;
    let begun = false;
    await watchUntil(
      (lines) => {
        if (!begun && decided("pass")(lines)) {
          begun = true;
          void user.run("watch", "--once").then((ran) => (second = ran));
        }
        return second !== undefined;
      },
      "--interval",
      "2s",
    );
    expect(second).toMatchObject({
      code: 4,
      err: expect.stringMatching(/this source is being watched by .+, process \d+ on/),
    });
    const [state = ""] = [...user.files.files.keys()].filter((path) =>
      /watch\/\w+\.json$/.test(path),
    );
    const left = { owner: "robot", pid: 2 ** 22 + 1, host: hostname(), sinceMs: 0, nonce: "left" };
    await user.files.replace(`${state}.lock`, utf8(JSON.stringify(left)));
    expect(await user.run("watch", "--once")).toMatchObject({ code: 0 });
    expect(user.files.files.has(`${state}.lock`)).toBe(false);
  });

  it("reports a difference once with its culprit, corrects what the rules say, and takes no key away", async () => {
    await changeBehindBack("desk", "log_level", "trace");
    await changeBehindBack("desk", "routing.min_hops", 3);
    await changeBehindBack("laptop", "transport.public_autoconnect", true);
    const eve = user.keyOf("shop-1");
    await changeBehindBack("desk", "hypervisors", [user.keyOf("laptop"), user.keyOf("desk"), eve]);
    user.fleet.counters.reset();
    const { lines } = await watchUntil(decided("pass", 2), "--interval", "2s");
    const told = lines.filter(({ decision }) => ["found", "corrected"].includes(decision));
    expect(told.map(({ decision, visor, path }) => [decision, visor, path])).toEqual(
      [
        ["found", "laptop", "settings.transport.public_autoconnect"],
        ["found", "desk", "trust.hypervisors"],
        ["corrected", "desk", "settings.log_level"],
      ].toSorted((left, right) =>
        left[0] === right[0]
          ? user.keyOf(left[1] ?? "") < user.keyOf(right[1] ?? "")
            ? -1
            : 1
          : left[0] === "found"
            ? -1
            : 1,
      ),
    );
    const culprit = lines.find(
      ({ path }) => path === "settings.transport.public_autoconnect",
    )?.culprit;
    expect(culprit).toMatch(/^changed outside fleet between \d{4}-\S+Z and \d{4}-\S+Z$/);
    expect(told.find(({ path }) => path === "trust.hypervisors")?.message).toContain(
      "left to a person",
    );
    expect(user.fleet.counters.mutating()).toBe(1);
    const planned = await user.run("plan", "--json");
    const left = (
      JSON.parse(planned.out) as { visors: { steps: { changes: { path: string }[] }[] }[] }
    ).visors
      .flatMap(({ steps }) => steps.flatMap(({ changes }) => changes.map(({ path }) => path)))
      .sort();
    expect(left).toEqual([
      "settings.routing.min_hops",
      "settings.transport.public_autoconnect",
      "trust.hypervisors",
    ]);
  });

  it("records a correction like any apply, signed, and leaves the rest unsettled in the record", async () => {
    const log = await user.run("log", "--visor", "desk", "--json");
    expect(log.code).toBe(0);
    expect(log.out).toContain("settings.log_level");
    const verified = await user.run("verify");
    expect(verified.code).toBe(0);
  });

  it("remembers over processes, and stops a fight after three corrections", async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      await changeBehindBack("desk", "log_level", "trace");
      const { lines } = await watchUntil(decided("corrected"), "--once");
      expect(lines.some(({ decision }) => decision === "resumed")).toBe(true);
    }
    await changeBehindBack("desk", "log_level", "trace");
    user.fleet.counters.reset();
    const { lines } = await watchUntil(decided("fight"), "--interval", "2s");
    expect(
      lines.filter(({ decision }) => decision === "fight").map(({ message }) => message),
    ).toEqual([
      expect.stringMatching(
        /no longer corrected: another writer set it to "trace" 3 times, each within/,
      ),
    ]);
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  it("goes on with a manifest that changes, and says so when it is none any more", async () => {
    const good = await user.read("fleet.yaml");
    const running = user.run("watch", "--json", "--interval", "1h");
    const before = user.live.out.length;
    const said = (): readonly Line[] => linesOf(user.live.out.slice(before));
    const until = async (isSaid: (lines: readonly Line[]) => boolean): Promise<void> => {
      for (let turn = 0; turn < 400 && !isSaid(said()); turn += 1) await sleep(realClock, 25);
    };
    await until(decided("pass"));
    await user.write("fleet.yaml", good.replace("log_level: debug", "log_level: info"));
    await until(decided("corrected", 2));
    await user.write("fleet.yaml", "visors: {}\n");
    await until((lines) => lines.some(({ level }) => level === "error"));
    await user.write("fleet.yaml", good);
    await until(decided("recovered"));
    user.interrupt();
    expect((await running).code).toBe(0);
    const manifests = said().filter(({ decision }) => decision === "manifest");
    expect(manifests.map(({ message }) => message.replaceAll(/[0-9a-f]{12}/g, "X"))).toEqual([
      "the manifest is manifest X",
      "the manifest is manifest X, which goes back before manifest X",
    ]);
    expect(said().find(({ level }) => level === "error")?.message).toContain("fleet.yaml has");
  });

  it("needs a person where the operators of the manifest change", async () => {
    const good = await user.read("fleet.yaml");
    await user.write(
      "fleet.yaml",
      good.replace("controllers: [laptop, desk]", "controllers: [laptop]"),
    );
    await changeBehindBack("laptop", "log_level", "trace");
    user.fleet.counters.reset();
    const { code, lines } = await watchUntil(decided("stopped"), "--once");
    expect(code).toBe(4);
    expect(
      lines.find(({ message }) => message.startsWith("a person must answer"))?.message,
    ).toContain("controllers");
    expect(user.fleet.counters.mutating()).toBe(0);
    await user.write("fleet.yaml", good);
  });

  it("needs no key to report, and says that correcting does", async () => {
    const stranger = user.another("nobody");
    await stranger.write("fleet.yaml", await user.read("fleet.yaml"));
    const ran = await stranger.run("watch", "--once");
    expect(ran.out).toContain("there is no operator key here");
    expect(ran.code).toBe(4);
    await stranger.write(
      "fleet.yaml",
      (await user.read("fleet.yaml")).replace("do: correct", "do: report"),
    );
    const reported = await stranger.run("watch", "--once");
    expect(reported.code).toBe(0);
    expect(reported.out).toContain("settings.log_level on laptop is");
  });

  it("goes on with the others when a visor is away", async () => {
    await user.fleet.control.make("desk", "dead");
    await changeBehindBack("laptop", "log_level", "error");
    const { lines } = await watchUntil(
      (all) =>
        decided("corrected")(all) &&
        all.some(({ message }) => message.startsWith("desk was not read")),
      "--interval",
      "2s",
    );
    await user.fleet.control.make("desk", "honest");
    expect(
      lines.filter(({ decision }) => decision === "corrected").map(({ visor }) => visor),
    ).toContain("laptop");
  });
});
