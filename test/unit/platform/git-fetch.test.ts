import { afterAll, beforeAll, expect, it } from "vitest";
import { fetchBranch } from "../../../src/platform/index.ts";
import { type GitWorld, gitWorld } from "../../support/git-world.ts";

let world: GitWorld;
let repository = "";

beforeAll(async () => {
  world = await gitWorld();
  repository = await world.init("repository");
});
afterAll(async () => {
  await world.remove();
});

// Port 1 answers nobody, and git reads the first two addresses as it likes.
it.each([
  ["a password", "http://op:hidden@127.0.0.1:1/x.git"],
  ["a password with the sign that ends it", "http://op:hid@den@127.0.0.1:1/x.git"],
  ["a password with a slash", "http://op:hid/den@127.0.0.1:1/x.git"],
])("a fetch that fails tells nothing of %s in the address", async (_, address) => {
  world.git(repository, "config", "remote.away.url", address);
  const fault = await fetchBranch(repository, { remote: "away", branch: "main" });
  expect(fault).toMatch(/^fatal: unable to access 'http:\/\/(…@)?127\.0\.0\.1:1\/x\.git\/'/);
  expect(fault).not.toMatch(/hid|den@/);
});
