// The door of verification: all that a ledger holds, checked with public keys alone.
export type { LedgerFault, VerifyOptions, VerifyReport } from "./report.ts";
export { type JoinedReport, verifyJoined } from "./verify-joined.ts";
export { verifyLedger } from "./verify.ts";
