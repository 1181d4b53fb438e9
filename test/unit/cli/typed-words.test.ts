import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allCommands } from "../../../src/cli/command-table.ts";
import { parseTime } from "../../../src/ledger/index.ts";
import { loadManifest } from "../../../src/manifest/index.ts";
import { parseDuration, utf8 } from "../../../src/core/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";
import { readGiven, readWords } from "../../support/read-given.ts";

let user: CliFleet;
beforeEach(async () => {
  user = await cliFleet(defaultMix(5));
  await user.manifest(
    "controllers: [laptop, desk]",
    Object.fromEntries(user.fleet.visors.map(({ name }) => [name, "tags: [home]"])),
  );
});
afterEach(async () => {
  await user.fleet.stop();
});

describe("options that are given again", () => {
  it("4.1: --on A --on B is both of them, reading and writing", async () => {
    const status = await user.run("status", "--on", "laptop", "--on", "shop-1");
    expect(status.out).toContain("laptop");
    expect(status.out).toContain("shop-1");
    expect(status.out).not.toContain("desk");
    const edit = ["tag", "add", "garden", "--edit-only", "--yes"];
    const added = await user.run(...edit, "--on", "desk", "--on=shop-1");
    expect(added.code).toBe(0);
    const text = await user.read("fleet.yaml");
    expect(text.match(/garden/g)).toHaveLength(2);
  });

  it("4.1: what is left out of one of them is left out of that one alone", async () => {
    const status = await user.run("status", "--on", "all & !laptop", "--on", "laptop");
    expect(status.out).toContain("laptop");
    expect(status.out).toContain("desk");
  });

  it("4.1: every option of every command is a list, a selection, a flag, or refused when it comes twice", async () => {
    for (const row of allCommands()) {
      const command = await row.load();
      for (const spec of command.options) {
        const [name, words] = [`--${spec.name}`, command.words.map(() => "x")];
        const twice = spec.value === undefined ? [name, name] : [name, "a", name, "b"];
        const read = readGiven(command, [...words, ...twice]);
        if (spec.value === undefined || spec.many === true || spec.joins === true)
          await expect(read, `${row.name} ${name}`).resolves.toBeDefined();
        else await expect(read, `${row.name} ${name}`).rejects.toThrow(`${name} is given twice`);
      }
    }
  });

  it("4.1: an option is not taken as the value of the one before", async () => {
    const shown = await user.run("show", "--live", "--rpc", "127.0.0.1:1");
    expect(shown).toMatchObject({
      code: 64,
      err: expect.stringContaining("--live needs a value, and --rpc follows it"),
    });
  });
});

describe("forms of options", () => {
  it("4.2: --from=LIST is --from LIST", async () => {
    const words = ["whitelist", "remove", "desk", "--on", "laptop", "--edit-only", "--yes"];
    const apart = await user.run(...words, "--from", "pty");
    const joined = await user.run(...words, "--from=pty");
    expect(joined.code).toBe(apart.code);
    expect(joined.err).not.toContain("unknown option");
  });

  it("4.2: options of the examples are among the options", async () => {
    for (const row of allCommands()) {
      const command = await row.load();
      const help = await readWords(command, ["--help"]);
      const options = help.kind === "help" ? (help.text.split("Examples:")[0] ?? "") : "";
      const own = command.examples.flatMap((example) =>
        example.split("&&").filter((line) => line.includes(`fleet ${row.name}`)),
      );
      for (const example of own)
        for (const [name] of example.matchAll(/ --[a-z-]+/g))
          expect(options).toContain(name.trim());
    }
  });

  it("4.2: FLEET_JSON=1 gives the error as a document, as --json does", async () => {
    const option = await user.run("plan", "missing.yaml", "--json");
    user.env["FLEET_JSON"] = "1";
    const variable = await user.run("plan", "missing.yaml");
    expect(variable.out).toBe(option.out);
    expect(JSON.parse(variable.out)).toHaveProperty("error.code");
  });
});

describe("times", () => {
  it.each([
    ["1d", 86_400_000],
    ["2w", 1_209_600_000],
    ["1.5h", 5_400_000],
    ["90m", 5_400_000],
    ["500ms", 500],
  ])("4.5: %s is the same on a command line, in a manifest and for a moment", (text, wanted) => {
    expect(parseDuration(text)).toBe(wanted);
    expect(parseTime(text, 10_000_000_000)).toBe(10_000_000_000 - wanted);
    const manifest = `apiVersion: fleet.skywire/v1\nfleet: home\nledger: { max_age: ${text} }\npolicy: { max_observation_age: ${text} }\nwatch: { interval: ${text} }\nvisors: {}\n`;
    const { desired, diagnostics } = loadManifest(utf8(manifest), "fleet.yaml");
    const about = diagnostics.filter(({ message }) => message.includes(text));
    expect(about).toEqual([]);
    if (desired !== undefined) expect(desired.ledger.maxAgeMs).toBe(wanted);
  });

  it.each(["", "0s", "0.0h", "1", "1y", "-1h", "1 h", "1h30m", "01.h"])(
    "4.5: %j is no length of time anywhere",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("words of other tools", () => {
  it.each([
    { line: "plan --target laptop", says: "--on" },
    { line: "plan --tag home", says: "--on tag:home" },
    { line: "apply --role base", says: "--on role:base" },
    { line: "plan --visor laptop", says: "--on laptop" },
    { line: "plan --exclude laptop", says: "all & !NAME" },
    { line: "apply --limit laptop", says: "--on" },
    { line: "apply --dry-run", says: "fleet plan" },
    { line: "plan --dry-run", says: "a plan is the dry run" },
    { line: "plan -o plan.json", says: "--out FILE" },
    { line: "list", says: "fleet status" },
    { line: "ls", says: "fleet status" },
    { line: "import", says: "fleet adopt" },
    { line: "sync", says: "fleet apply" },
    { line: "destroy", says: "present: false" },
    { line: "undo", says: "fleet rollback" },
    { line: "revert", says: "fleet rollback" },
    { line: "refresh", says: "fleet plan" },
    { line: "graph", says: "fleet explain" },
    { line: "get", says: "fleet show --live" },
    { line: "version", says: "fleet --version" },
    { line: "show laptop", says: "fleet show --live laptop" },
    { line: "explain desk", says: "fleet explain visors.desk" },
  ])("4.6: fleet $line says $says", async ({ line, says }) => {
    const { code, err } = await user.run(...line.split(" "));
    expect(code).toBe(64);
    expect(err.split("next: ")[1]).toContain(says);
  });

  it("4.6: an option of other tools is not taken for another one of ours", async () => {
    expect((await user.run("plan", "--target", "laptop")).err).not.toContain("--trust");
    expect((await user.run("plan", "--time-out", "5s")).err).toContain("--timeout");
  });

  it("5.2: a commit that is none is answered alike in log and history", async () => {
    for (const command of ["log", "history"]) {
      const { code, err } = await user.run(command, "--commit", "xyz");
      expect(code).toBe(64);
      expect(err).toContain("--commit 1f3a");
      expect(err).not.toContain("--help");
    }
  });

  it("4.6: fleet --help plan is fleet plan --help", async () => {
    const plan = await user.run("plan", "--help");
    expect((await user.run("--help", "plan")).out).toBe(plan.out);
    expect((await user.run("-h", "plan")).out).toBe(plan.out);
    expect((await user.run("help", "plan")).out).toBe(plan.out);
  });

  it("4.6: -y answers like --yes", async () => {
    const words = ["tag", "add", "garden", "--edit-only", "--on", "desk"];
    expect((await user.run(...words, "-y")).code).toBe(0);
    expect(await user.read("fleet.yaml")).toContain("garden");
  });

  it("4.6: --no-color wins over FORCE_COLOR wherever it stands", async () => {
    user.env["FORCE_COLOR"] = "1";
    const painted = await user.run("plan");
    expect(painted.out).toContain("\u001b[");
    for (const line of ["plan --no-color", "--no-color plan"])
      expect((await user.run(...line.split(" "))).out).not.toContain("\u001b[");
  });

  it("4.6: -v tells each visor that is read, --concise draws no progress", async () => {
    const verbose = await user.run("plan", "-v");
    expect(verbose.err).toContain("reading desk");
    expect((await user.run("plan", "--verbose")).err).toContain("read desk");
    expect((await user.run("plan", "--concise")).err).not.toContain("reading");
  });
});
