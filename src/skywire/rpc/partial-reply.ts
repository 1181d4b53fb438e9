// A reply of which only a part is sent, for tests of broken visors.
/** A reply of which only the beginning is sent, as by a visor that dies while it answers. */
export class PartialReply<R> {
  readonly value: R;
  readonly bytes: number;
  readonly then: "destroy" | "silence";

  constructor(value: R, bytes: number, then: "destroy" | "silence") {
    this.value = value;
    this.bytes = bytes;
    this.then = then;
  }
}

/** Sends the first `bytes` bytes of the reply, then cuts the connection or never sends anything again. */
export function partialReply<R>(
  value: R,
  options: { readonly bytes: number; readonly then: "destroy" | "silence" },
): PartialReply<R> {
  return new PartialReply(value, options.bytes, options.then);
}
