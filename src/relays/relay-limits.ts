// How long relays may take, and how much of them is read.

/** How long a relay may take to accept a TCP connection. */
export const DIAL_TIMEOUT_MS = 10_000;
/** How long a relay may give nothing while objects are asked for; a Go node waits 59 s for an unknown one. */
export const STALL_TIMEOUT_MS = 15_000;
/** Objects asked for at a time. In the recordings a Go relay had two open at most; more than it takes wait in its socket. */
export const WINDOW = 64;
/** Entries of a Root that are asked for again, on random ways, where all of it came once before. */
export const SAMPLE_ENTRIES_MAX = 64;
/** Entries of one step of asking back, after which what came is remembered. */
export const ASK_BACK_ENTRIES = 1_024;
/** Entries of one step by which a relay is brought up that asks for one object at a time; a cut hurts no more. */
export const STEP_ENTRIES = 32;
/** How long a relay may take to greet us and to say which Root it has. */
export const OPEN_TIMEOUT_MS = 10_000;
/** The shortest round trip that is counted with, however short the measured one. */
export const ROUND_TRIP_MIN_MS = 1;
/** How long a filling that is under way may go on after somebody asked for the end. */
export const STOP_GRACE_MS = 1_000;
/** How long a relay may take to give its registry back, which says that it has it. */
export const REGISTRY_TIMEOUT_MS = 5_000;
/** Requests that our relay has open at a publisher of ours. */
export const RELAY_IN_FLIGHT = 128;
/** How long one Root may take to fill: a million entries at a hundred a second come through in three hours. */
export const RELAY_FILL_TIMEOUT_MS: number = 3 * 60 * 60 * 1000;
