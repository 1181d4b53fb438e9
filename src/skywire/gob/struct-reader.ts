// Makes the reader for a sender's struct and a schema: fields meet by name.
import { malformed, mismatch } from "./gob-error.ts";
import { goTypeText } from "./go-type-text.ts";
import { COST } from "./memory-cost.ts";
import { baseOf, type StructNode } from "./schema-node.ts";
import { genericZero } from "./read-generic.ts";
import { fitsType } from "./type-fit.ts";
import type { TypedReaders } from "./typed-reader.ts";
import type { Read, ValueReader } from "./value-reader.ts";
import type { WireType } from "./wire-types.ts";
import { zeroMaker } from "./zero-value.ts";

/** What to do with one of the sender's fields. */
interface FieldStep {
  /** `undefined`: the schema does not have it. */
  readonly name: string | undefined;
  readonly read: Read;
  readonly zero: (reader: ValueReader) => unknown;
}

const nothing = (): undefined => undefined;

/**
 * Makes the reader for a sender's struct and a schema: fields meet by name, unknown ones are dropped, omitted
 * and missing ones get their zero value. Objects of one pair always get their properties in one order.
 * @throws FleetError gob/mismatch with Go's text
 */
export function structReader(
  readers: TypedReaders,
  wire: Extract<WireType, { kind: "struct" }>,
  schema: StructNode,
): Read {
  const byName = new Map(schema.fields.map((field) => [field.name, field.node]));
  let nodes = 1;
  let costBytes: number = COST.record;
  const steps = wire.fields.map((field): FieldStep => {
    const node = byName.get(field.name);
    if (node === undefined)
      return { name: undefined, read: readers.ignore(field.id), zero: nothing };
    byName.delete(field.name);
    if (!fitsType(readers.types, field.id, node)) {
      throw mismatch(
        `gob: wrong type (${goTypeText(node)}) for received field ${wire.name}.${field.name}`,
      );
    }
    const zero = zeroMaker(node);
    nodes += 1 + zero.nodes;
    costBytes += COST.property + zero.costBytes;
    const isGeneric = baseOf(node).kind === "generic";
    return {
      name: field.name,
      read: fieldReader(readers, field.id, node, field.name),
      zero: isGeneric ? (reader) => genericZero(reader, readers.types, field.id) : zero.make,
    };
  });
  const missing = [...byName].map(([name, node]) => {
    const zero = zeroMaker(node);
    nodes += 1 + zero.nodes;
    costBytes += COST.property + zero.costBytes;
    return { name, zero: zero.make };
  });
  return (reader) => {
    reader.charge(nodes, costBytes);
    reader.descend();
    const result: Record<string, unknown> = {};
    readPresent(reader, steps, result);
    for (const field of missing) result[field.name] = field.zero();
    reader.depthLeft += 1;
    return result;
  };
}

function fieldReader(
  readers: TypedReaders,
  id: number,
  node: StructNode["fields"][number]["node"],
  name: string,
): Read {
  // A field type that no definition described is an error only when the field is sent.
  if (readers.types.get(id) === undefined && baseOf(node).kind !== "generic") {
    return () => {
      throw malformed(`a value of type ${id}, which is not defined`);
    };
  }
  return readers.value(id, node, name);
}

function readPresent(
  reader: ValueReader,
  steps: readonly FieldStep[],
  result: Record<string, unknown>,
): void {
  const { bytes } = reader;
  let next = 0;
  while (reader.pos < reader.end) {
    let delta = bytes[reader.pos] ?? 0;
    if (delta < 0x80) reader.pos += 1;
    else delta = reader.small();
    if (delta === 0) break;
    const field = next + delta - 1;
    const step = steps[field];
    if (step === undefined) throw malformed("a field number out of bounds");
    for (; next < field; next += 1) fillZero(reader, steps[next], result);
    const value = step.read(reader);
    if (step.name !== undefined) result[step.name] = value;
    next = field + 1;
  }
  for (; next < steps.length; next += 1) fillZero(reader, steps[next], result);
}

function fillZero(
  reader: ValueReader,
  step: FieldStep | undefined,
  result: Record<string, unknown>,
): void {
  if (step?.name !== undefined) result[step.name] = step.zero(reader);
}
