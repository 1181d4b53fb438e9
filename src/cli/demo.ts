import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ExitCode } from "../core/index.ts";
import type { Command } from "./command.ts";
import { DemoStage } from "./demo-stage.ts";
import { tellStory } from "./demo-story.ts";
import { durationText } from "./duration.ts";

/** `fleet demo`: the commands that a user would type, run on visors of our own, each with its announced end. */
export const demo: Command = {
  name: "demo",
  about:
    "Show everything on an embedded fleet of 12 visors, in about a minute. Works in a folder of its own, " +
    "touches no visor and no key of yours, and leaves nothing running.",
  words: [],
  options: [
    {
      name: "dir",
      value: "DIR",
      about: "work in this folder and keep it (default: a temporary one)",
    },
  ],
  examples: ["fleet demo", "fleet demo --dir demo && ls demo"],
  async run(given, world): Promise<ExitCode> {
    const named = given.text("dir");
    const folder =
      named === undefined
        ? await mkdtemp(join(tmpdir(), "fleet-demo-"))
        : resolve(world.folder, named);
    const startMs = world.clock.now();
    const stage = new DemoStage(folder, world);
    try {
      await tellStory(stage);
    } finally {
      await stage.close();
      if (named === undefined) await rm(folder, { recursive: true, force: true });
    }
    const { good, steps } = stage;
    const where = named === undefined ? "nothing is left of it" : `see ${folder}`;
    world.terminal.out(
      `\nDemo: ${good} of ${steps} steps ended as announced, in ${durationText(world.clock.now() - startMs)}; ${where}.\n`,
    );
    if (stage.isStopped) return 130;
    return good === steps ? 0 : 1;
  },
};
