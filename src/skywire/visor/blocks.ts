// Blocks of a configuration that a visor may be without: then nothing in them can be set by path.

/** Blocks that are not in every configuration. Source: PR #2366, embedded_dmsgweb.go, api_config_fields.go. */
const OPTIONAL_BLOCKS = ["dmsg_web", "skynet_web", "hypervisor", "dmsgscp", "pty"] as const;
/** One of the blocks that a visor may be without. */
export type OptionalBlock = (typeof OPTIONAL_BLOCKS)[number];

/** The optional blocks that are not among the objects of a projected configuration. */
export function unsetBlocksOf(found: ReadonlyMap<string, unknown>): readonly OptionalBlock[] {
  return OPTIONAL_BLOCKS.filter((block) => !found.has(block));
}
