// A manifest that a container mounts by itself is the file of that moment: what replaces it outside is never seen.
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSource } from "../../src/cli/watch/watch-source.ts";
import { nodeClock, nodeFiles } from "../../src/platform/index.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-mount-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a manifest that is watched behind a mount", () => {
  it("F09: is a failure of the source once the file behind it was replaced", async () => {
    await writeFile(join(folder, "fleet.yaml"), "fleet: home\n");
    // An open file keeps what was replaced just as a mount does.
    const mounted = await open(join(folder, "fleet.yaml"));
    const world = {
      files: nodeFiles,
      folder,
      clock: nodeClock,
      watchFolder: async () => ({ close: async () => undefined }),
    };
    const source = await fileSource(`/proc/self/fd/${mounted.fd}`, world as never);
    try {
      expect((await source.fetch()).bytes).toHaveLength(12);
      await nodeFiles.replace(join(folder, "fleet.yaml"), new Uint8Array(3));
      await expect(source.fetch()).rejects.toMatchObject({ code: "watch/replaced" });
    } finally {
      await source.close();
      await mounted.close();
    }
  });

  it("F09: is mounted with its folder by the container that is shipped", async () => {
    const text = await readFile(
      new URL("../../docs/deploy/Containerfile", import.meta.url),
      "utf8",
    );
    expect(text).toContain("-v ./fleet:/etc/fleet:ro");
    expect(text).not.toContain("fleet.yaml:/etc/");
  });
});
