/** How long a relay may take to accept a TCP connection. */
export const DIAL_TIMEOUT_MS = 10_000;
/** How long a relay may give nothing while objects are asked for; a Go node waits 59 s for an unknown one. */
export const STALL_TIMEOUT_MS = 15_000;
/** How long an old Root may take: most relays either have it or never answer. */
export const PREVIOUS_TIMEOUT_MS = 5_000;
/** Objects asked for at a time. In the recordings a Go relay had two open at most; more than it takes wait in its socket. */
export const WINDOW = 64;
/** Entries of a large push, or of a whole log, that are asked back. */
export const SAMPLE_ENTRIES_MAX = 64;
/** A push of at most this many objects is asked back whole. */
export const CHECK_ALL_MAX = 96;
/** Requests that our relay has open at a publisher of ours. */
export const RELAY_IN_FLIGHT = 128;
/** How long one Root may take to fill: a million entries at a hundred a second come through in three hours. */
export const RELAY_FILL_TIMEOUT_MS: number = 3 * 60 * 60 * 1000;
