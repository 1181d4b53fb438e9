import { WATCH_VERBS, type WatchRule, type WatchVerb } from "../../src/model/index.ts";
import { placeAt } from "./reconcile-builders.ts";
import { digestOf, THEIRS, WatchSim } from "./watch-sim.ts";

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Runs a scenario: a line a command, and after each what the watch said and wrote. Lines of passes that changed
 * nothing are counted, not shown.
 *
 * `fleet NAME...`, `interval TIME`, `rule VERB FIELD...` before `start`; then `wants PATH VALUE`, `is NAME PATH VALUE`,
 * `run TIME`, `away NAME`, `back NAME`, `fights NAME PATH VALUE AFTER`, `peace NAME PATH`, `stubborn NAME PATH`,
 * `manifest NAME [COMMIT]`, `rewritten NAME COMMIT`, `by-hand NAME`, `by-other NAME`, `copy-lost`, `copy-back`,
 * `expects TEXT`, `breaks TEXT`, `hides TEXT`, `meets TEXT` of a test of access, `source-fails TEXT`, `local-fails TEXT`, `refuses TEXT`, `asks TEXT`, each of them without TEXT for the end of it; `sleep TIME`, `clock [-]TIME`, `hint`,
 * `crash`, `stop`.
 */
export function runScenario(text: string): string {
  const out: string[] = [];
  const setup = new Setup();
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) {
      out.push(line);
      continue;
    }
    out.push(`> ${line}`);
    const words = line.split(" ").filter((word) => word !== "");
    if (setup.sim === undefined) setup.before(words);
    else if (!isOfAccess(setup.sim, words)) command(setup.sim, words);
    if (setup.sim !== undefined) out.push(...setup.news(setup.sim));
  }
  return `${out.join("\n").trimEnd()}\n`;
}

class Setup {
  sim: WatchSim | undefined;
  readonly #rules: WatchRule[] = [];
  #names: readonly string[] = [];
  #intervalMs = 60_000;
  #told = 0;
  #written = 0;
  #noticed = 0;

  before([word = "", ...rest]: readonly string[]): void {
    if (word === "fleet") this.#names = rest;
    else if (word === "interval") this.#intervalMs = timeOf(rest[0]);
    else if (word === "rule") {
      const [verb = "", ...fields] = rest;
      this.#rules.push({ fields, verb: verbOf(verb), place: placeAt(1) });
    } else if (word === "start") {
      const watch = {
        intervalMs: this.#intervalMs,
        otherwise: "report",
        rules: this.#rules,
      } as const;
      this.sim = new WatchSim(watch, this.#names);
      this.sim.start();
    } else throw new Error(`${word} comes after start, or is no command`);
  }

  /** What was said and written since it was last asked. */
  news(sim: WatchSim): readonly string[] {
    const lines = sim.lines.slice(this.#told);
    const passes = lines.filter(({ decision }) => decision === "pass");
    const writes = sim.writes.length - this.#written;
    const notices = sim.notices.length - this.#noticed;
    this.#told = sim.lines.length;
    this.#written = sim.writes.length;
    this.#noticed = sim.notices.length;
    const said = lines
      .filter(({ decision }) => decision !== "pass")
      .map(
        ({ wallMs, level, decision, message }) =>
          `  ${new Date(wallMs).toISOString().slice(5, 19)} ${level} ${decision}: ${message}`,
      );
    const last = passes.at(-1);
    const counted =
      passes.length + writes + notices === 0
        ? []
        : [`  = ${passes.length} passes, ${writes} writes, ${notices} notices`];
    return [
      ...said,
      ...counted,
      ...(last === undefined ? [] : [`  = ${last.message}${againIn(last)}`]),
    ];
  }
}

/** A test of access is written, begins to fail, or is met again; false for another command. */
function isOfAccess(sim: WatchSim, [word = "", ...words]: readonly string[]): boolean {
  if (!["expects", "breaks", "meets", "hides"].includes(word)) return false;
  const text = words.join(" ");
  const fails = `the manifest expects that ${text}, and it is not so`;
  const test =
    word === "breaks"
      ? { text, fails }
      : word === "hides"
        ? { text, isUnknown: true as const }
        : { text };
  sim.access =
    word === "expects"
      ? [...sim.access, test]
      : sim.access.map((each) => (each.text === text ? test : each));
  return true;
}

function command(sim: WatchSim, words: readonly string[]): void {
  const [word = "", first = "", second = "", third = "", fourth = ""] = words;
  const text = words.slice(1).join(" ");
  const ending = text === "" ? undefined : text;
  const visor = (): ReturnType<WatchSim["visor"]> => sim.visor(first);
  switch (word) {
    case "run":
      return sim.run(timeOf(first));
    case "wants":
      return void sim.wanted.set(first, second);
    case "is":
      return void visor().values.set(second, third);
    case "away":
    case "back":
      visor().isAway = word === "away";
      return;
    case "fights":
      return void visor().fights.set(second, { value: third, afterMs: timeOf(fourth) });
    case "peace":
      return void visor().fights.delete(second);
    case "stubborn":
      return void visor().stubborn.add(second);
    case "manifest":
      sim.manifest = {
        digest: digestOf(first),
        ...(second === "" ? {} : { commit: second, changedBy: second }),
      };
      return sim.send({ kind: "hint" });
    case "rewritten":
      sim.manifest = {
        digest: digestOf(first),
        commit: second,
        changedBy: second,
        isRewritten: true,
      };
      return sim.send({ kind: "hint" });
    case "by-hand":
      return sim.appliedByHand(first);
    case "by-other":
      return sim.appliedByHand(first, THEIRS);
    case "copy-lost":
    case "copy-back":
      sim.isCopyLost = word === "copy-lost";
      return;
    case "source-fails":
      sim.sourceFault = ending;
      return;
    case "local-fails":
      sim.localFault = ending;
      return;
    case "refuses":
      sim.refusal = ending;
      return;
    case "asks":
      sim.questions = ending === undefined ? [] : [ending];
      return;
    case "sleep":
      return sim.jump(timeOf(first));
    case "clock":
      return sim.jump(first.startsWith("-") ? -timeOf(first.slice(1)) : timeOf(first));
    case "hint":
      return sim.send({ kind: "hint" });
    case "crash":
      return sim.crash();
    case "stop":
      return sim.send({ kind: "stop" });
    default:
      throw new Error(`${word}: no such command`);
  }
}

function againIn({ againMs }: WatchSim["lines"][number]): string {
  return againMs === undefined ? "" : `; again in ${Math.round(againMs / 1_000)} s`;
}

function timeOf(text = ""): number {
  const match = /^(\d+)([smh])$/.exec(text);
  if (match === null) throw new Error(`${text} is no time`);
  return Number(match[1]) * (UNITS_MS[match[2] ?? ""] ?? 0);
}

function verbOf(text: string): WatchVerb {
  const verb = WATCH_VERBS.find((each) => each === text);
  if (verb === undefined) throw new Error(`${text} is no verb`);
  return verb;
}
