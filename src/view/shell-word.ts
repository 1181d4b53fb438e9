// Words of command lines that people copy, quoted as a shell needs it.
const PLAIN = /^[\w./-][\w./:@%+,=-]*$/;

/** A word as a shell takes it: quoted unless every sign of it means only itself. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
