// How large packets and objects may be, and how long a node waits.
/** The longest packet of the protocol; a longer one is a wrong length or an attack. */
export const PACKET_SIZE_MAX: number = 64 * 1024 * 1024;
/** The largest object a Go node stores; one more byte ended the original process. */
export const OBJECT_READ_MAX: number = 16 * 1024 * 1024;
/** How long a peer may take over the Noise handshake; Go's limit. */
export const NOISE_TIMEOUT_MS = 30_000;
/** How long an answer may take; Go's limit, and how long Go waits for an object it is asked for. */
export const RESPONSE_TIMEOUT_MS = 59_000;
/** How long filling one Root may take; Go's limit. */
export const FILL_TIMEOUT_MS = 120_000;
/** Go closes a connection that brought nothing for this long; so do we. */
export const IDLE_LIMIT_MS = 90_000;
/** How often a connection is looked at and kept alive; two tries fit into the idle limit. */
export const KEEP_ALIVE_MS = 30_000;
/** How long a peer may leave what we send unread before the connection is given up; Go's limit. */
export const SEND_STALL_MS = 5_000;
/** Unsent bytes above which no further object is handed to a connection. */
export const SEND_BACKLOG_MAX: number = 4 * 1024 * 1024;
/** Unsent bytes at which a peer that asks but does not read is given up; above one largest packet. */
export const SEND_BACKLOG_LIMIT: number = 128 * 1024 * 1024;
/** How long a closing connection may take to send its last words. */
export const CLOSE_GRACE_MS = 1_000;
/** Requests of one peer that may be open at once; more are not read until some are answered. */
export const OPEN_ANSWERS_MAX = 256;
/** Sequences of one feed; Go configures the same number. Each holds one Root in memory. */
export const HEADS_MAX = 10;
/** Feeds a node shares at most because peers asked for them. */
export const FEEDS_MAX = 1024;
/** Connections a node keeps; each may hold one packet in memory. */
export const CONNECTIONS_MAX = 256;
/** Objects one Root may bring; what is stored already does not count. */
export const FILL_OBJECTS_MAX = 4_194_304;
/** Bytes of objects that wait for what is below them; far above any tree that is not a chain. */
export const HELD_BYTES_MAX: number = 64 * 1024 * 1024;
/** The largest object we publish: far from what harms a relay, and quick to send again. */
export const OBJECT_WRITE_MAX: number = 256 * 1024;
/** How long an end of ours waits at most until a relay that was pushed a first Root has its registry. */
export const REGISTRY_HOLD_MS = 10_000;
/** The first look whether a relay shows a pushed Root; later looks wait twice as long each. */
export const CONFIRM_LOOK_MS = 20;
/** The longest wait between two such looks while the relay still asks for objects: the end is near, and seen soon. */
export const CONFIRM_LOOK_BUSY_MS = 160;
/** The longest wait between two such looks. */
export const CONFIRM_LOOK_MAX_MS = 1_000;
/** The first wait before a lost connection is made again. */
export const RECONNECT_FIRST_MS = 1_000;
/** The longest such wait: a relay that is back is found within a quarter of an hour, as by Go. */
export const RECONNECT_LAST_MS: number = 15 * 60 * 1000;
