// Connects to a node, and again whenever the connection ends.
import { type Clock, FleetError, onAbort, type Random, sleep } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import { RECONNECT_FIRST_MS, RECONNECT_LAST_MS } from "./node-limits.ts";

/** What {@link keepConnected} is handed. */
export interface KeepConnectedOptions {
  readonly clock: Clock;
  /** Spreads the waits, so that many nodes do not come back at once. */
  readonly random: Random;
  /** Makes one connection. */
  readonly open: () => Promise<Connection>;
  /** Works on a connection; when it ends or throws, the connection is made again. */
  readonly use: (connection: Connection) => Promise<void>;
  /** Hears of every failure, with the wait that follows. */
  readonly onFailure?: (error: FleetError, waitMs: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Keeps a connection to one node until the signal: after each end it waits and opens another. Waits
 * double from {@link RECONNECT_FIRST_MS} to {@link RECONNECT_LAST_MS} and begin anew after a connection
 * that was used without failure.
 */
export async function keepConnected(options: KeepConnectedOptions): Promise<void> {
  const { clock, signal } = options;
  let waitMs = RECONNECT_FIRST_MS;
  while (!isAborted(signal)) {
    const failure = await useOnce(options);
    if (isAborted(signal)) return;
    waitMs = failure === undefined ? RECONNECT_FIRST_MS : waitMs;
    const spreadMs = waitMs * (0.5 + (options.random(1)[0] ?? 0) / 512);
    if (failure !== undefined) options.onFailure?.(failure, spreadMs);
    await sleep(clock, spreadMs, signal).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, RECONNECT_LAST_MS);
  }
}

async function useOnce({
  open,
  use,
  signal,
}: KeepConnectedOptions): Promise<FleetError | undefined> {
  let connection: Connection | undefined;
  const stop = (): void =>
    connection?.close(new FleetError("cxo/closed", "the connection is no longer needed"));
  const forget = onAbort(signal, stop);
  try {
    connection = await open();
    await use(connection);
    return undefined;
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  } finally {
    stop();
    forget();
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
