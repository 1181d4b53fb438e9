// ^C and the orderly end, as a wish to stop that the work in hand may finish first.
import process from "node:process";

/** What a person or the system asked for: ^C, or an orderly end. */
export type Interrupt = "SIGINT" | "SIGTERM";

/**
 * Turns the first ^C or SIGTERM into a wish to stop, which the work in hand may finish first. A second one
 * ends the process at once, by the signal itself, so that whoever started it sees the usual code.
 * @returns a function that gives the signals back to the system
 */
export function onInterrupt(wish: (interrupt: Interrupt) => void): () => void {
  let isWished = false;
  const listeners: (readonly [Interrupt, () => void])[] = [];
  const release = (): void => {
    for (const [interrupt, listener] of listeners) process.removeListener(interrupt, listener);
  };
  for (const interrupt of ["SIGINT", "SIGTERM"] as const) {
    const listener = (): void => {
      if (isWished) {
        release();
        process.kill(process.pid, interrupt);
        return;
      }
      isWished = true;
      wish(interrupt);
    };
    listeners.push([interrupt, listener]);
    process.on(interrupt, listener);
  }
  return release;
}

/**
 * Calls `told` at the first ^C or SIGTERM, and then lets the process end by the signal itself.
 * @returns a function that gives the signals back to the system
 */
export function onFirstInterrupt(told: () => void): () => void {
  const listeners = (["SIGINT", "SIGTERM"] as const).map((interrupt) => {
    const listener = (): void => {
      release();
      told();
      process.kill(process.pid, interrupt);
    };
    process.on(interrupt, listener);
    return [interrupt, listener] as const;
  });
  const release = (): void => {
    for (const [interrupt, listener] of listeners) process.removeListener(interrupt, listener);
  };
  return release;
}
