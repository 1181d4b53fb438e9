/** One recorded call that an embedded visor of the profile v1.3.28 answers otherwise, and why that is chosen. */
export interface KnownDifference {
  readonly session: string;
  readonly seq: number;
  readonly why: string;
  /** The recorded reply shows the machine it was made on, not the release. */
  readonly machine?: true;
}

/** Everything that is answered otherwise. An entry that comes to agree fails the comparison. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    session: "read-misc",
    seq: 5,
    why: "Ports also lists sockets of the recorded machine, which its system and its hypervisor chose",
    machine: true,
  },
  {
    session: "read-discovery",
    seq: 2,
    why: "the body comes from an uptime tracker, which an embedded visor does not have: it answers an empty list",
    machine: true,
  },
];
