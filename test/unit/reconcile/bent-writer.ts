import type { VisorWriter, WriteSession } from "../../../src/skywire/visor/index.ts";

/** A writer whose sessions do some things differently: a race, or a visor that does only part of what it says. */
export function bentWriter(
  writer: VisorWriter,
  bend: (session: WriteSession) => Partial<WriteSession>,
): VisorWriter {
  return {
    open: async (target, wants) => {
      const session = await writer.open(target, wants);
      const bent: Partial<Record<string | symbol, unknown>> = { ...bend(session) };
      return new Proxy(session, {
        get: (real, name) => {
          if (bent[name] !== undefined) return bent[name];
          const value: unknown = Reflect.get(real, name, real);
          return typeof value === "function" ? (value.bind(real) as unknown) : value;
        },
      });
    },
  };
}
