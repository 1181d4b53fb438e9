// One line about relays that are brought up, while a command waits for them.

import type { PublishProgress } from "../../relays/index.ts";
import { printable } from "../../view/index.ts";
import { canShowProgress } from "../shell/screen.ts";
import type { World } from "../shell/world.ts";

const QUIET_MS = 500;
const REDRAW_MS = 120;
/** Who reads a log hears this often that the work goes on. */
const LINE_MS = 10_000;

/** Shows how far publishing is: a moving line on a terminal, else a line every few seconds. */
export class RelayProgress {
  readonly #world: World;
  readonly #newest = new Map<string, PublishProgress>();
  #cancel: () => void;
  #wasDrawn = false;

  constructor(world: World) {
    this.#world = world;
    const isMoving = canShowProgress(world);
    const [firstMs, laterMs] = isMoving ? [QUIET_MS, REDRAW_MS] : [LINE_MS, LINE_MS];
    const show = (): void => {
      this.#show(isMoving);
      this.#cancel = world.clock.after(laterMs, show);
    };
    this.#cancel = world.clock.after(firstMs, show);
  }

  /** Takes what a relay has come to. */
  readonly take = (relay: string, progress: PublishProgress): void => {
    this.#newest.set(relay, progress);
  };

  /** Shows nothing more, and wipes what was drawn. */
  end(): void {
    this.#cancel();
    if (this.#wasDrawn) this.#world.terminal.redraw("");
  }

  #show(isMoving: boolean): void {
    const text = [...this.#newest]
      .map(([relay, each]) => printable(progressText(relay, each)))
      .join("; ");
    const { terminal } = this.#world;
    if (text === "") return;
    if (isMoving) {
      this.#wasDrawn = true;
      terminal.redraw(text.slice(0, terminal.columns - 1));
    } else terminal.err(`waiting for relays, ^C ends it: ${text}\n`);
  }
}

function progressText(relay: string, progress: PublishProgress): string {
  if (progress.kind === "checking") return `${relay}: ${progress.done} objects seen there`;
  const { seq, lastSeq, done, total } = progress;
  const step = seq === lastSeq ? `Root ${seq}` : `Root ${seq} of ${lastSeq}`;
  return `${relay}: ${step}, ${done} of ${total} objects sent`;
}
