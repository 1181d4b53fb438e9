// A key with a passphrase is opened once by each command.
import { expect, it } from "vitest";
import { cliFleet } from "../../support/cli-world.ts";

const HEAD = `controllers: [laptop]
roles:
  base: { settings: { log_level: warn } }`;

it.each([
  { command: "apply", argv: ["apply"] },
  { command: "app restart", argv: ["app", "restart", "skychat", "--on", "laptop"] },
])("13: $command asks for the passphrase once", async ({ argv }) => {
  const user = await cliFleet([{ name: "laptop", profile: "newest", local: true }]);
  try {
    user.env["FLEET_PASSPHRASE"] = "open sesame";
    await user.manifest(HEAD, { laptop: "roles: [base]" });
    if (argv[0] !== "apply") await user.run("apply", "--yes");
    delete user.env["FLEET_PASSPHRASE"];
    user.answers.push("open sesame", "yes");
    const ran = await user.run(...argv);
    expect([ran.code, ran.err]).toEqual([0, expect.anything()]);
    expect(user.answers).toEqual([]);
  } finally {
    await user.fleet.stop();
  }
});
