// Next steps are chosen by the situation they are given in, not by the kind of field they speak of.
import { afterEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const users: CliFleet[] = [];
afterEach(async () => {
  for (const user of users.splice(0)) await user.fleet.stop();
});

async function userOf(visors: readonly EmbeddedVisorSpec[]): Promise<CliFleet> {
  const user = await cliFleet(visors);
  users.push(user);
  return user;
}

/** One visor of the oldest release, which a manifest with these apps was applied to. */
async function oldVisor(apps: string): Promise<CliFleet> {
  const user = await userOf([{ name: "laptop", profile: "v1.3.28", local: true }]);
  await user.manifest("controllers: [laptop]", { laptop: `apps: { ${apps} }` });
  expect(await user.run("apply", "--yes")).toMatchObject({ err: "", code: 0 });
  return user;
}

async function edit(user: CliFleet, from: string, to: string): Promise<void> {
  const text = await user.read("fleet.yaml");
  expect(text).toContain(from);
  await user.write("fleet.yaml", text.replace(from, to));
}

const MINE = "mine: { present: true, binary: mine }";

describe("a next step", () => {
  it("R5: lets go of a flag of an app without deleting the app", async () => {
    const user = await oldVisor("skychat: { running: true, auto_start: true }");
    await edit(user, "running: true, ", "");
    const { out } = await user.run("plan");
    expect(out).toContain("write the value it should have as apps.skychat.running");
    expect(out).not.toContain("present: false");
  });

  it("R5: is not for fields of an app that the manifest wants deleted", async () => {
    const user = await oldVisor(MINE);
    await edit(user, MINE, "mine: { present: false }");
    const plan = await user.run("plan");
    expect(plan.out).toMatch(/mine\.present .*DeleteApp/);
    expect(plan.out).not.toContain("released");
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
  });

  it("R5: does not offer to delete an app where no app can be deleted", async () => {
    const user = await oldVisor(MINE);
    await edit(user, ` apps: { ${MINE} }`, "");
    const { out } = await user.run("plan");
    expect(out).toContain("this release cannot delete it");
    expect(out).not.toContain("present: false");
  });

  it("R5: comes before an app is added that cannot be deleted again", async () => {
    const user = await userOf([{ name: "laptop", profile: "v1.3.28", local: true }]);
    await user.manifest("controllers: [laptop]", { laptop: `apps: { ${MINE} }` });
    expect((await user.run("plan")).out).toContain("this release cannot delete the app again");
  });

  it("R5: of doctor does not leave out what it has just called manageable", async () => {
    const user = await userOf([{ name: "laptop", profile: "v1.3.28", local: true }]);
    const { out } = await user.run("doctor", "--json");
    const { findings } = JSON.parse(out) as { findings: { about: string; says: string }[] };
    const namesOf = (about: string): readonly string[] =>
      findings.find((finding) => finding.about === about)?.says.split(", ") ?? [];
    expect(namesOf("can be managed")).toEqual(
      expect.arrayContaining(["min hops and autoconnect of settings", "adding apps"]),
    );
    expect(namesOf("unsupported")).toEqual(
      expect.arrayContaining(["other settings", "deleting apps"]),
    );
    expect(namesOf("can be managed").filter((name) => name === "settings")).toEqual([]);
  });

  it("R5: of init and adopt is one that helps against what hindered", async () => {
    const user = await userOf([
      { name: "laptop", profile: "v1.3.28", local: true },
      { name: "desk", profile: "newest" },
    ]);
    await user.write("keys.txt", `${user.keyOf("laptop")} laptop\n${user.keyOf("desk")} desk\n`);
    for (const line of ["init a.yaml", "adopt --out b.yaml"]) {
      const ran = await user.run(...line.split(" "), "--keys", "keys.txt");
      expect(ran, ran.err).toMatchObject({ code: 3 });
      const text = (await user.read(line.slice(-6))).replaceAll(/\n +# /g, " ");
      expect(text).toContain("too old to carry connections to other visors");
      expect(text).not.toContain("port: 44");
      expect(text).toContain("update Skywire on this machine");
    }
  });

  it("R5: of init and adopt names the older port where that may be it", async () => {
    const trust = { hypervisors: ["laptop"], pty: ["laptop"] };
    const user = await userOf([
      { name: "laptop", profile: "newest", local: true, ...trust },
      { name: "desk", profile: "v1.3.73", ...trust },
    ]);
    await user.write("keys.txt", `${user.keyOf("laptop")} laptop\n${user.keyOf("desk")} desk\n`);
    for (const line of ["init a.yaml", "adopt --out b.yaml"]) {
      const ran = await user.run(...line.split(" "), "--keys", "keys.txt");
      expect(ran, ran.err).toMatchObject({ code: 3 });
      const text = (await user.read(line.slice(-6))).replaceAll(/\n +# /g, " ");
      expect(text).toContain("older builds need rpc: { scheme: dmsg, port: 44 }");
      expect(text).toContain("check that it trusts this machine's visor");
      expect(await user.read(line.slice(-6))).toContain(
        "\n    # rpc: { scheme: dmsg, port: 44 }\n",
      );
    }
  });
});
