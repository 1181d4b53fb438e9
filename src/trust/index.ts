// The door of trust: who can manage what, and tests of it.
export { checkExpectations, doubtText, type ExpectationFacts, pathText } from "./expectations.ts";
export {
  type ManageAnswer,
  type Doubt,
  includes,
  manages,
  type Power,
  type Reached,
  TrustGraph,
  type Way,
  type WayBy,
} from "./trust-graph.ts";
export {
  type ListOfKeys,
  TRUST_LISTS,
  trustAfter,
  type KeyListPath,
  trustSeen,
  trustUnknown,
  trustWanted,
  type UnknownList,
  type Use,
  type VisorTrust,
} from "./visor-trust.ts";
export {
  type KeyOnVisors,
  type ReportFacts,
  trustReport,
  type TrustReport,
  type TrustRow,
  type WhoRow,
} from "./trust-report.ts";
