// What a change brings that nobody wrote: keys that come with a hypervisor, and an operator whose ledger nobody sees.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const KIM = `02${"ab".repeat(32)}`;
const FAR = `02${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}`;
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
];

let user: CliFleet;
beforeEach(async () => {
  user = await cliFleet(VISORS);
});
afterEach(async () => await user.fleet.stop());

async function manifest(list: string): Promise<void> {
  await user.manifest(`controllers: [laptop]\nkeys: { far: "${FAR}", kim: "${KIM}" }\n`, {
    laptop: "",
    desk: "",
    "shop-1": `trust: { hypervisors: [${list}] }`,
  });
}

describe("a hypervisor that is added", () => {
  it("9.7: is shown with the keys that come with it", async () => {
    await user.fleet.control.changeBehindBack("desk", {
      kind: "config",
      path: "hypervisors",
      value: [user.keyOf("laptop"), KIM],
    });
    await manifest("laptop, desk");
    const words =
      "desk becomes a hypervisor of shop-1, and pushes its own hypervisors to it: kim would manage it, too";
    expect((await user.run("plan")).out).toContain(words);
    const comment = (await user.run("plan", "--output", "markdown")).out;
    expect(comment.replaceAll("`", "")).toContain(words);
  });

  it("9.7: is shown when nobody knows which keys come with it", async () => {
    await manifest("laptop, far");
    expect((await user.run("plan")).out).toContain(
      "far becomes a hypervisor of shop-1, and pushes its own hypervisors to it: which these are was not read",
    );
  });

  it("9.7: brings nothing that is trusted already", async () => {
    await manifest("laptop, desk");
    expect((await user.run("plan")).out).not.toContain("becomes a hypervisor");
  });
});

describe("two operators without relays", () => {
  it("9.6: are told that neither sees what the other records", async () => {
    await manifest("laptop");
    const { out } = await user.another("ben").run("keygen", "--json", "--name", "ben");
    const { key, seal, feed } = JSON.parse(out) as Readonly<Record<string, string>>;
    const text = await user.read("fleet.yaml");
    const line = (more: string): string =>
      text.replace(/(operators:\n.*\n)/, `$1  ben: { key: "${key}", ${more}may: [plan, apply] }\n`);
    await user.write("fleet.yaml", line(`seal: "${seal}", feed: "${feed}", `));
    const said = (await user.run("plan")).err;
    expect(said).toContain("no relay is listed");
    expect(said).toContain("each may write over the other");
    await user.write("fleet.yaml", line(""));
    expect((await user.run("plan")).err).toContain("no feed of operator ben");
  });

  it("9.6: are told so by the command that makes the second", async () => {
    await manifest("laptop");
    const { out } = await user.another("ben").run("keygen", "--json", "--name", "ben");
    const { key, seal, feed = "" } = JSON.parse(out) as Readonly<Record<string, string>>;
    const words = ["operator", "add", "ben", "--key", key ?? "", "--seal", seal ?? "", "--yes"];
    const ran = await user.run(...words, "--feed", feed);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain("no relay is listed");
  });
});
