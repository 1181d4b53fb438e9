// Blocks of a configuration that a visor may be without: then nothing in them can be set by path.

/** Blocks that may be sent whole where a visor is without them. Source: PR #2366, embedded_dmsgweb.go, api_config_fields.go. */
export const WHOLE_BLOCKS = ["dmsg_web", "skynet_web", "hypervisor", "dmsgscp"] as const;
/** A visor without a pty has no terminal: that block has ports and sockets that are not ours to make up. */
const OPTIONAL_BLOCKS = [...WHOLE_BLOCKS, "pty"] as const;

/** The optional blocks that are not among the objects of a projected configuration. */
export function unsetBlocksOf(found: ReadonlyMap<string, unknown>): readonly string[] {
  return OPTIONAL_BLOCKS.filter((block) => !found.has(block));
}
