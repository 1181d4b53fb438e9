import { beforeEach, expect, it } from "vitest";
import { type CliWorld, cliWorld } from "../../support/cli-world.ts";
import { keyOf } from "../../support/manifest-text.ts";

let user: CliWorld;

beforeEach(async () => {
  user = cliWorld();
  await user.write(
    "fleet.yaml",
    `apiVersion: fleet.skywire/v1
fleet: home
visors:
  desk: { key: ${keyOf("desk")}, tags: [home], settings: { log_level: info } }
  shop: { key: ${keyOf("shop")}, tags: [home], settings: { log_level: info } }
`,
  );
});

async function ignore(...argv: readonly string[]): Promise<readonly string[]> {
  expect(await user.run("ignore", ...argv, "--yes")).toMatchObject({ code: 0 });
  const { out } = await user.run("ignore", "--list", "--json");
  const { ignored } = JSON.parse(out) as {
    ignored: readonly { field: string; until: string; because?: string }[];
  };
  return ignored
    .map(({ field, until, because = "-" }) => [field, until.slice(0, 10), because].join(" "))
    .sort();
}

it("keeps the reason of each visor when only the time is given again", async () => {
  await ignore("desk/settings.log_level", "--until", "2999-01-01", "--because", "a trial");
  await ignore("tag:home/settings.log_level", "--until", "2999-02-02");
  expect(await ignore("tag:home/settings.log_level", "--until", "2999-03-03")).toEqual([
    "desk/settings.log_level 2999-03-03 a trial",
    "shop/settings.log_level 2999-03-03 -",
  ]);
});

it("replaces the reason when another one is given", async () => {
  await ignore("desk/settings.log_level", "--until", "2999-01-01", "--because", "a trial");
  const argv = ["desk/settings.log_level", "--until", "2999-02-02", "--because", "longer"];
  expect(await ignore(...argv)).toEqual(["desk/settings.log_level 2999-02-02 longer"]);
  expect(await ignore("desk/settings.log_level", "--end")).toEqual([]);
});
