// A text of somebody else as it is shown in a message.
const SHOWN_MAX = 100;

/** A text of others as an error message shows it: quoted, on one line, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}
