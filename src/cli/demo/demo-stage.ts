// Where the demo plays: a folder with real `fleet` processes, each held against its announced end. No key and no
// visor of the user is touched, and nothing keeps running.
import { cp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { counted, type ExitCode, fromUtf8, onAbort, utf8 } from "../../core/index.ts";
import { type Child, type ChildOptions, startChild } from "../../platform/index.ts";
import { printable } from "../../view/index.ts";
import { outPaint } from "../shell/screen.ts";
import { packageFile } from "../shell/package-files.ts";
import type { World } from "../shell/world.ts";

const MAIN = packageFile("dist/cli/main.js");
const READY_WITHIN_MS = 20_000;
/** How many lines of a long output are shown. */
const SHOWN_LINES = { top: 9, end: 5 };

/** What a step of the demo must do to count. */
export interface StepEnd {
  readonly exit: ExitCode;
  /** Each must be in what the command prints. */
  readonly says?: readonly string[];
  readonly saysNot?: readonly string[];
  /** How many lines of the output are shown, when not the usual number. */
  readonly shows?: { readonly top: number; readonly end: number };
}

/** Who runs a command: a folder of the stage to work in, and one that is the home. */
export interface Actor {
  readonly folder: string;
  readonly home: string;
}

/** The owner of the fleet. */
const OWNER: Actor = { folder: "fleet", home: "home" };

/** Where the demo plays: a folder with visors, home and manifests, and real `fleet` processes. */
export class DemoStage {
  steps = 0;
  good = 0;
  #isQuiet = false;
  /** The newest command, as it is shown. */
  #shown = "";
  readonly #folder: string;
  readonly #world: World;
  readonly #stop: AbortSignal;
  #rpc = "";
  #fleet: Child | undefined;
  readonly #relays = new Map<string, Child>();

  constructor(folder: string, world: World) {
    this.#folder = folder;
    this.#world = world;
    this.#stop = world.stopSoftly();
  }

  get isStopped(): boolean {
    return this.#stop.aborted;
  }

  /** Says what comes next. */
  tell(text: string): void {
    if (!this.isStopped && !this.#isQuiet)
      this.#world.terminal.out(`\n${this.#paint("strong", `# ${text}`)}\n`);
  }

  /**
   * Plays what only prepares a chapter: its steps count, and those that end otherwise than announced are shown.
   * @param what what is there afterwards, for people
   */
  async quietly(what: string, act: () => Promise<void>): Promise<void> {
    const before = this.steps;
    this.#isQuiet = true;
    await act();
    this.#isQuiet = false;
    if (!this.isStopped)
      this.#world.terminal.out(`  (${what}: ${counted(this.steps - before, "command")})\n`);
  }

  /**
   * Changes a line of a file of the stage as an editor would, and shows it.
   * @param from the line as it is, without the spaces before it; it must be there
   */
  async edit(name: string, from: string, to: string): Promise<void> {
    if (this.isStopped) return;
    const text = await this.read(name);
    await this.write(name, text.replace(from, to));
    const said = [`- ${from}`, `+ ${to}`].map((line) => `  ${printable(line)}\n`).join("");
    this.#world.terminal.out(said);
    if (!text.includes(from)) {
      this.steps += 1;
      this.#world.terminal.out(this.#paint("remove", `  ! NOT AS ANNOUNCED: no such line\n`));
    }
  }

  /** Starts the embedded fleet and waits until it answers. */
  async startFleet(visors: number): Promise<void> {
    const args = [
      "embedded",
      "up",
      "--visors",
      String(visors),
      "--rpc-port",
      "0",
      "--time-scale",
      "0.04",
      "--until-input-ends",
    ];
    await this.#world.files.makeFolder(join(this.#folder, "fleet"));
    this.#show(args);
    let text = "";
    let isReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const cancel = this.#world.clock.after(READY_WITHIN_MS, isReady);
    const onText = (more: string): void => {
      text += more;
      this.#rpc = /^Ready: .* at (\S+:\d+)\.$/m.exec(text)?.[1] ?? "";
      if (this.#rpc !== "") isReady();
    };
    this.#fleet = this.#start(args, onText, { endsWithUs: true });
    await Promise.race([ready, this.#fleet.ended]);
    cancel();
    this.#judge(text, this.#rpc === "" ? 1 : 0, { exit: 0 });
  }

  /**
   * Starts a relay, whose folder it is called by, and waits until it listens.
   * @param args the command without its folder and address
   * @returns its address, empty when it did not start
   */
  async startRelay(name: string, args: readonly string[]): Promise<string> {
    if (this.isStopped) return "";
    const dir = join("..", name);
    const all = [...args, "--dir", dir, "--listen", "127.0.0.1:0", "--until-input-ends"];
    this.#show(all);
    let text = "";
    let address = "";
    let isReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const cancel = this.#world.clock.after(READY_WITHIN_MS, isReady);
    const onText = (more: string): void => {
      text += more;
      address = /^Ready: .* at (\S+:\d+), /m.exec(text)?.[1] ?? "";
      if (address !== "") isReady();
    };
    const relay = this.#start(all, onText, { endsWithUs: true });
    this.#relays.set(name, relay);
    await Promise.race([ready, relay.ended]);
    cancel();
    this.#judge(text, address === "" ? 1 : 0, { exit: 0 });
    return address;
  }

  /** Ends a relay that was started. */
  async stopRelay(name: string): Promise<void> {
    await this.#relays.get(name)?.stop();
    this.#relays.delete(name);
  }

  /** Runs one `fleet` command and holds its end against what was announced. */
  async run(args: readonly string[], end: StepEnd, as: Actor = OWNER): Promise<string> {
    if (this.isStopped) return "";
    this.#show(args, as);
    let text = "";
    await this.#world.files.makeFolder(join(this.#folder, as.folder));
    const child = this.#start(args, (more) => (text += more), {}, as);
    const stop = (): void => void child.stop();
    const forget = onAbort(this.#stop, stop);
    const code = await child.ended;
    forget();
    if (!this.isStopped) this.#judge(text, code, end);
    return text;
  }

  /** Reads a file of the stage. */
  async read(name: string): Promise<string> {
    return fromUtf8((await this.#world.files.read(join(this.#folder, name))) ?? new Uint8Array());
  }

  /** Writes a file of the stage. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.#folder, name);
    await this.#world.files.makeFolder(dirname(path));
    await this.#world.files.replace(path, utf8(text), { mode: 0o600 });
  }

  /** Copies a folder of the stage with all that is in it. */
  async copy(from: string, to: string): Promise<void> {
    if (this.isStopped) return;
    await cp(join(this.#folder, from), join(this.#folder, to), { recursive: true });
    this.#world.terminal.out(`  (${from} is copied to ${to})\n`);
  }

  /** Removes a folder of the stage. */
  async remove(name: string): Promise<void> {
    if (this.isStopped) return;
    await rm(join(this.#folder, name), { recursive: true, force: true });
    this.#world.terminal.out(`  (${name} is deleted)\n`);
  }

  /** Changes one byte in the middle of the newest segment of the ledger. */
  async damageLedger(): Promise<void> {
    const { files } = this.#world;
    const ledgers = join(this.#folder, "home", "state", "ledgers");
    const [feed = ""] = await files.list(ledgers);
    const names = await files.list(join(ledgers, feed));
    const segment = names.findLast((name) => name.startsWith("segment-")) ?? "";
    const path = join(ledgers, feed, segment);
    const bytes = await files.read(path);
    if (bytes === undefined) return;
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await files.replace(path, bytes, { mode: 0o600 });
    this.#world.terminal.out(`  (byte ${middle} of ${segment} is another one now)\n`);
  }

  /** Fields nothing running. */
  async close(): Promise<void> {
    for (const name of this.#relays.keys()) await this.stopRelay(name);
    await this.#fleet?.stop();
  }

  #start(
    args: readonly string[],
    onText: (text: string) => void,
    more: Pick<ChildOptions, "endsWithUs"> = {},
    as: Actor = OWNER,
  ): Child {
    return startChild({
      script: MAIN,
      args,
      folder: join(this.#folder, as.folder),
      env: this.#environment(as),
      onText,
      ...more,
    });
  }

  /** The user's environment without what would lead the commands out of the folder. */
  #environment({ home }: Actor): Readonly<Record<string, string | undefined>> {
    const inherited = Object.entries(this.#world.env).filter(
      ([name]) => !/^(FLEET|SKYWIRE)_/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      NO_COLOR: "1",
      FLEET_HOME: join(this.#folder, home),
      FLEET_DIR: join(this.#folder, "visors"),
      FLEET_TIMEOUT: "2s",
      ...(this.#rpc === "" ? {} : { FLEET_RPC: this.#rpc }),
    };
  }

  #show(args: readonly string[], as: Actor = OWNER): void {
    const where = as === OWNER ? "" : `${as.folder} `;
    const words = args.map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word}'`));
    this.#shown = `${this.#paint("change", `${where}$ fleet ${words.join(" ")}`)}\n`;
    if (!this.#isQuiet) this.#world.terminal.out(this.#shown);
  }

  #judge(all: string, code: number, end: StepEnd): void {
    const missing = (end.says ?? []).filter((words) => !all.includes(words));
    const unwanted = (end.saysNot ?? []).filter((words) => all.includes(words));
    const isGood = code === end.exit && missing.length === 0 && unwanted.length === 0;
    this.steps += 1;
    if (isGood) this.good += 1;
    if (this.#isQuiet && isGood) return;
    if (this.#isQuiet) this.#world.terminal.out(this.#shown);
    const faults = [
      ...(code === end.exit ? [] : [`exit ${code}, announced ${end.exit}`]),
      ...missing.map((words) => `does not say "${words}"`),
      ...unwanted.map((words) => `says "${words}"`),
    ];
    const verdict = isGood
      ? this.#paint("quiet", `  exit ${code}, as announced`)
      : this.#paint("remove", `  ! NOT AS ANNOUNCED: ${faults.join("; ")}`);
    this.#world.terminal.out(
      `${shownLines(all, isGood ? (end.shows ?? SHOWN_LINES) : undefined)}${verdict}\n`,
    );
  }

  #paint(style: "strong" | "change" | "quiet" | "remove", text: string): string {
    return outPaint(this.#world)(style, text);
  }
}

function shownLines(text: string, shows: StepEnd["shows"]): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const hidden = shows === undefined ? 0 : lines.length - shows.top - shows.end;
  const shown =
    shows !== undefined && hidden > 1
      ? [
          ...lines.slice(0, shows.top),
          `… ${hidden} more lines`,
          ...lines.slice(lines.length - shows.end),
        ]
      : lines;
  return shown.map((line) => `  ${printable(line)}\n`).join("");
}
