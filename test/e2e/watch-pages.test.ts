import { createServer, type Server } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import parsePrometheus from "parse-prometheus-text-format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sleep } from "../../src/core/index.ts";
import { realClock } from "../support/clocks.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const HEAD = `controllers: [laptop]
roles: { base: { settings: { log_level: debug } } }
watch: { default: correct }`;

let user: CliFleet;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-watch-"));
  user = await cliFleet([
    { name: "laptop", profile: "newest", local: true, ...TRUST },
    { name: "desk", profile: "newest", ...TRUST },
  ]);
  await user.manifest(HEAD, { laptop: "roles: [base]", desk: "roles: [base]" });
  await user.run("apply", "--yes");
});
afterAll(async () => {
  await user.fleet.stop();
  await rm(folder, { recursive: true });
});

/** Runs a watch, and gives the address of its pages. */
async function watching(
  argv: readonly string[],
  use: (at: string) => Promise<void>,
): Promise<string> {
  const before = user.live.out.length;
  const running = user.run("watch", "--interval", "2s", "--listen", "127.0.0.1:0", ...argv);
  const said = (): string => user.live.out.slice(before);
  for (let turn = 0; turn < 400 && !said().includes("visors read"); turn += 1)
    await sleep(realClock, 25);
  const at = /http:\/\/127\.0\.0\.1:\d+/.exec(said())?.[0] ?? "";
  try {
    await use(at);
  } finally {
    user.interrupt();
    await running;
  }
  return said();
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400 && !(await isSo()); turn += 1) await sleep(realClock, 25);
}

async function drift(): Promise<void> {
  await user.fleet.control.changeBehindBack("desk", {
    kind: "config",
    path: "log_level",
    value: "trace",
  });
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly value?: string;
    readonly labels?: Record<string, string>;
  }[];
}

describe("the pages of a watch", () => {
  it("say how it is, and count what it does, as another program reads it", async () => {
    await watching([], async (at) => {
      const health = await fetch(`${at}/healthz`);
      expect([health.status, await health.text()]).toEqual([
        200,
        expect.stringMatching(/^ok: the last pass ended \d+ s ago\n$/),
      ]);
      await drift();
      await until(async () =>
        (await (await fetch(`${at}/metrics`)).text()).includes('corrections_total{visor="desk"} 1'),
      );
      const page = await fetch(`${at}/metrics`);
      expect(page.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
      const families = parsePrometheus(await page.text()) as readonly Family[];
      const byName = new Map(families.map((family) => [family.name, family]));
      expect([...byName.keys()].sort()).toEqual([
        "fleet_watch_corrections_total",
        "fleet_watch_decisions_total",
        "fleet_watch_differences",
        "fleet_watch_fights",
        "fleet_watch_held",
        "fleet_watch_info",
        "fleet_watch_last_pass_timestamp_seconds",
        "fleet_watch_pass_seconds",
        "fleet_watch_source_up",
        "fleet_watch_visor_up",
      ]);
      for (const { help, type } of families) {
        expect(help).toMatch(/[.]$/);
        expect(["COUNTER", "GAUGE", "HISTOGRAM"]).toContain(type);
      }
      expect(byName.get("fleet_watch_visor_up")?.metrics).toEqual(
        [
          { value: "1", labels: { visor: "laptop" } },
          { value: "1", labels: { visor: "desk" } },
        ].toSorted((left, right) =>
          user.keyOf(left.labels.visor) < user.keyOf(right.labels.visor) ? -1 : 1,
        ),
      );
      expect((await fetch(`${at}/else`)).status).toBe(404);
      expect((await fetch(`${at}/healthz`, { method: "POST" })).status).toBe(405);
    });
  });

  it("say that the manifest is none, with the reason", async () => {
    const good = await user.read("fleet.yaml");
    await watching([], async (at) => {
      await user.write("fleet.yaml", "visors: {}\n");
      await until(async () => (await fetch(`${at}/healthz`)).status === 503);
      const health = await fetch(`${at}/healthz`);
      expect([health.status, await health.text()]).toEqual([
        503,
        expect.stringMatching(/^ill: manifest: fleet\.yaml has /),
      ]);
      await user.write("fleet.yaml", good);
    });
  });

  it.each(["0.0.0.0:9464", "192.0.2.1:9464", "localhost:9464", "[::]:9464"])(
    "are not served on %s",
    async (address) => {
      const ran = await user.run("watch", "--listen", address);
      expect(ran).toMatchObject({ code: 64, err: expect.stringContaining(`--listen ${address}`) });
    },
  );
});

describe("notices of a watch", () => {
  it("go to a webhook once for each finding", async () => {
    const posted: string[] = [];
    const server: Server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        posted.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await watching(["--notify-webhook", `http://127.0.0.1:${port}/news`], async () => {
      await drift();
      await until(() => posted.length > 0);
      await sleep(realClock, 500);
    });
    server.closeAllConnections();
    server.close();
    const documents = posted.map(
      (text) => JSON.parse(text) as { format: string; notices: { what: string; path: string }[] },
    );
    expect(new Set(documents.map(({ format }) => format))).toEqual(
      new Set(["fleet.skywire/notice/v1"]),
    );
    const told = documents
      .flatMap(({ notices }) => notices)
      .filter(({ path }) => path !== undefined);
    expect(told.map(({ what, path }) => [what, path])).toEqual([
      ["corrected", "settings.log_level"],
    ]);
  });

  it("go to a command on its standard input, which no shell looks at", async () => {
    const script = join(folder, "notice.mjs");
    const out = join(folder, "out.json");
    await writeFile(
      script,
      'import { writeFileSync, readFileSync } from "node:fs";\nwriteFileSync(process.argv[2], readFileSync(0));\n',
    );
    await watching(["--notify-command", `${process.execPath} ${script} ${out}`], async () => {
      await drift();
      await until(() =>
        readFile(out).then(
          (bytes) => bytes.length > 0,
          () => false,
        ),
      );
    });
    expect(await readFile(out, "utf8")).toContain('"visor":"desk"');
  });

  it("that cannot be delivered are said in the log, and stop nothing", async () => {
    const said = await watching(["--notify-command", "/no/such/program"], async () => {
      await user.fleet.control.changeBehindBack("laptop", {
        kind: "config",
        path: "log_level",
        value: "trace",
      });
      await until(() => user.live.out.includes("a notice was not delivered"));
    });
    expect(said).toContain("a notice was not delivered");
    expect(said).toContain("settings.log_level on laptop was corrected");
  });
});
