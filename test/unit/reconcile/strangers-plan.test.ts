import { expect, it } from "vitest";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { keyAt } from "../../support/reconcile-builders.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

/** A manifest of three visors, and its plan as a file that nobody signed. */
async function withUnsignedPlan(body: string, rest = ""): Promise<CliFleet> {
  const user = await cliFleet(defaultMix(3));
  await user.manifest(`controllers: [laptop]\n${rest.replace("KEY", keyAt(3))}`, {
    laptop: "tags: [home]",
    "shop-1": body,
  });
  expect((await user.run("plan", "--out", "plan.json")).code).toBe(0);
  const { signature: _signature, ...plan } = JSON.parse(await user.read("plan.json")) as Record<
    string,
    unknown
  >;
  await user.write("plan.json", JSON.stringify(plan));
  return user;
}

it("a stranger's plan without changes does not bring its operators into the ledger unasked", async () => {
  const user = await withUnsignedPlan("tags: [shop]");
  try {
    expect((await user.run("apply", "plan.json", "--yes")).code).toBe(4);
    user.answers.push("no", "no");
    const declined = await user.run("apply", "plan.json", "--yes");
    expect([declined.code, declined.err]).toEqual([
      4,
      expect.stringContaining("owner (apply, plan)"),
    ]);
    user.answers.length = 0;
    expect((await user.run("log", "--json")).out).not.toContain("keyset");
  } finally {
    await user.fleet.stop();
  }
});

it("a stranger's plan takes no secret from the folder of another manifest", async () => {
  const user = await withUnsignedPlan('apps: { skychat: { env: { TOKEN: "file:token" } } }');
  try {
    await user.write("token", "hunter22");
    await user.write("fleet.yaml", `${await user.read("fleet.yaml")}\n# another one\n`);
    user.answers.push("yes", "yes");
    const ran = await user.run("apply", "plan.json");
    expect([ran.code, ran.err]).toEqual([
      4,
      expect.stringContaining("not the manifest it was made from"),
    ]);
  } finally {
    await user.fleet.stop();
  }
});

it("a stranger's plan cannot call a key by a trusted name", async () => {
  const user = await withUnsignedPlan(
    "trust: { pty: { add: [friend] } }",
    'keys:\n  friend: "KEY"\n',
  );
  try {
    user.answers.push("no");
    const ran = await user.run("apply", "plan.json");
    expect([ran.code, ran.out.includes(keyAt(3)), ran.out.includes("friend")]).toEqual([
      4,
      true,
      false,
    ]);
  } finally {
    await user.fleet.stop();
  }
});
