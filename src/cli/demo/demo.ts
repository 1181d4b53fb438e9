// `fleet demo` as a command: which chapters are played, in which folder, and how many steps ended as announced.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { durationText, type ExitCode } from "../../core/index.ts";
import type { Command } from "../shell/command.ts";
import { type Chapter, CHAPTERS, FIRST_CHAPTER } from "./demo-chapters.ts";
import { DemoStage } from "./demo-stage.ts";
import { outPaint } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

/** How long `fleet demo` takes; the README and `fleet --help` promise the same. */
const SHORT_TAKES = "at most 20 s";
/** How long `fleet demo --all` takes. */
const ALL_TAKES = "a minute or two";

/** `fleet demo`: the commands that a user would type, run on visors of our own, each with its announced end. */
export const demo: Command = {
  name: "demo",
  about:
    `Show how it works on a few visors of our own, in ${SHORT_TAKES}; --all shows everything, in ${ALL_TAKES}. ` +
    "Works in a folder of its own, touches no visor and no key of yours, and leaves nothing running.",
  words: [
    {
      form: "[CHAPTER]",
      about: `only this chapter: ${CHAPTERS.map(({ name, about }) => `${name} (${about})`).join(", ")}`,
    },
  ],
  options: [
    { name: "all", about: `all chapters, one after the other, in ${ALL_TAKES}` },
    {
      name: "dir",
      value: "DIR",
      about:
        "work in this folder, one below it for each chapter, and keep it (default: a temporary one)",
    },
  ],
  examples: [
    "fleet demo",
    "fleet demo relays",
    "fleet demo --all",
    "fleet demo --dir demo && ls demo",
  ],
  async run(given, world): Promise<ExitCode> {
    const chapters = chosenChapters(given.words[0], given.flag("all"));
    const named = given.text("dir");
    const folder =
      named === undefined
        ? await mkdtemp(join(tmpdir(), "fleet-demo-"))
        : resolve(world.folder, named);
    const startMs = world.clock.now();
    let sum: Tally = { steps: 0, good: 0 };
    let isStopped = false;
    try {
      for (const chapter of chapters) {
        if (isStopped) break;
        if (chapters.length > 1) world.terminal.out(titleOf(chapter, world));
        const stage = new DemoStage(join(folder, chapter.name), world);
        await play(chapter, stage);
        sum = { steps: sum.steps + stage.steps, good: sum.good + stage.good };
        isStopped = stage.isStopped;
      }
    } finally {
      if (named === undefined) await rm(folder, { recursive: true, force: true });
    }
    const where = named === undefined ? "nothing is left of it" : `see ${folder}`;
    const took = durationText(world.clock.now() - startMs);
    const more = isStopped || chapters.length > 1 ? "" : whatElse();
    world.terminal.out(
      `\n${more}Demo: ${sum.good} of ${sum.steps} steps ended as announced, in ${took}; ${where}.\n`,
    );
    if (isStopped) return 130;
    return sum.good === sum.steps ? 0 : 1;
  },
};

/** How many steps a chapter had, and how many of them ended as announced. */
type Tally = Pick<DemoStage, "steps" | "good">;

function chosenChapters(name: string | undefined, isAll: boolean): readonly Chapter[] {
  if (isAll) {
    if (name === undefined) return CHAPTERS;
    throw usage(`--all plays every chapter, and ${name} is one`, "give one of the two");
  }
  if (name === undefined) return [FIRST_CHAPTER];
  const names = CHAPTERS.map((chapter) => chapter.name);
  const chapter = CHAPTERS[names.indexOf(name)];
  if (chapter !== undefined) return [chapter];
  throw usage(`${name}: no such chapter of the demo`, `choose one of ${names.join(", ")}`);
}

async function play(chapter: Chapter, stage: DemoStage): Promise<void> {
  try {
    await chapter.tell(stage);
  } finally {
    await stage.close();
  }
}

function titleOf({ name, about }: Chapter, world: World): string {
  return `\n${outPaint(world)("strong", `## ${name}: ${about}`)}\n`;
}

function whatElse(): string {
  const names = CHAPTERS.filter((chapter) => chapter !== FIRST_CHAPTER).map(({ name }) => name);
  return `More: \`fleet demo --all\` shows everything, in ${ALL_TAKES}; \`fleet demo NAME\` one chapter of ${names.join(", ")}.\n`;
}
