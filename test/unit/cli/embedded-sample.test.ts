// The product's own sample is a good manifest for every fleet it can be asked for.
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { visorKeyFromSeed } from "../../../src/skywire/embedded/identity.ts";
import { cliWorld } from "../../support/cli-world.ts";

/** Writes what `fleet embedded up --visors COUNT` keeps, and checks the sample of it. */
async function validated(count: number): Promise<string> {
  const world = cliWorld();
  const visors = defaultMix(count).map(({ name, profile }) => ({
    name,
    key: visorKeyFromSeed("fleet", name),
    profile,
  }));
  const control = { host: "127.0.0.1", port: 1 };
  const file = { format: "fleet.skywire/embedded/v1", visors, control };
  await world.files.write("/visors/embedded.json", utf8(JSON.stringify(file)));
  await world.run("keygen");
  const { out } = await world.run("embedded", "sample", "--dir", "/visors");
  await world.write("fleet.yaml", out);
  const { last, err } = await world.run("validate");
  return `${err}${last}`;
}

describe("fleet embedded sample", () => {
  it("F17, R11, 4.9: is valid for every number of visors", async () => {
    for (const count of [1, 2, 3, 4, 5, 50, 51, 100])
      expect(await validated(count)).toMatch(
        new RegExp(`^Valid: fleet embedded, ${count} visors?,`),
      );
  });
});
