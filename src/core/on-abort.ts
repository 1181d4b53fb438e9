// One listener on a signal for everything that waits for it.

/** What is to be done when a signal aborts. */
type Waiting = Set<() => void>;

const waitingAt = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs something once when a signal aborts; at once when it has. However many wait, the signal has one listener, so
 * that a command with many relays is no leak to the system.
 * @returns a function that calls it off, to be called when nobody waits any more
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run();
    return () => undefined;
  }
  const waiting = waitingAt.get(signal) ?? listenOnce(signal);
  // Two who hand in the same function both wait.
  const own = (): void => run();
  waiting.add(own);
  return () => void waiting.delete(own);
}

function listenOnce(signal: AbortSignal): Waiting {
  const waiting: Waiting = new Set();
  waitingAt.set(signal, waiting);
  signal.addEventListener(
    "abort",
    () => {
      for (const run of [...waiting]) if (waiting.delete(run)) run();
    },
    { once: true },
  );
  return waiting;
}
