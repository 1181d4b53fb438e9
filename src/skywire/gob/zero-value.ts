// The values of fields that Go left out of a struct because they were zero.
import { assert } from "../../core/index.ts";
import { GenericComplex } from "./generic-value.ts";
import { COST } from "./memory-cost.ts";
import type { SchemaNode } from "./schema-node.ts";

const MAX_ZERO_DEPTH = 100;
const NO_ITEMS: readonly unknown[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);

/** A maker of a type's Go zero value, with what each made value costs. */
export interface ZeroMaker {
  readonly make: () => unknown;
  readonly nodes: number;
  readonly costBytes: number;
}

const NOTHING = { nodes: 0, costBytes: 0 };

/** How to make the zero value that an omitted field of this schema has. */
export function zeroMaker(node: SchemaNode, depth = 0): ZeroMaker {
  assert(depth < MAX_ZERO_DEPTH, "a struct that contains itself by value has no zero value");
  switch (node.kind) {
    case "bool":
      return { make: () => false, ...NOTHING };
    case "int":
    case "uint": {
      const zero = node.form === "bigint" ? 0n : 0;
      return { make: () => zero, ...NOTHING };
    }
    case "float":
      return { make: () => 0, ...NOTHING };
    case "complex":
      return { make: () => new GenericComplex(0, 0), nodes: 0, costBytes: COST.record };
    case "bytes":
      return { make: () => NO_BYTES, ...NOTHING };
    case "string":
      return { make: () => (node.form === "raw" ? NO_BYTES : ""), ...NOTHING };
    case "list":
      return { make: () => NO_ITEMS, ...NOTHING };
    case "byteArray":
      return {
        make: () => new Uint8Array(node.length),
        nodes: node.length,
        costBytes: COST.bytes + node.length,
      };
    case "map":
      return { make: () => new Map(), nodes: 0, costBytes: COST.map };
    case "opaque":
      return { make: node.codec.zero, nodes: 0, costBytes: COST.opaque };
    case "lazy":
      return zeroMaker(node.get(), depth + 1);
    case "array": {
      const inner = zeroMaker(node.element, depth + 1);
      return {
        make: () => Array.from({ length: node.length }, inner.make),
        nodes: node.length * (1 + inner.nodes),
        costBytes: COST.list + node.length * (COST.slot + inner.costBytes),
      };
    }
    case "struct": {
      const fields = node.fields.map((field) => ({
        name: field.name,
        zero: zeroMaker(field.node, depth + 1),
      }));
      return {
        make: () => Object.fromEntries(fields.map((field) => [field.name, field.zero.make()])),
        nodes: fields.reduce((sum, { zero }) => sum + zero.nodes, fields.length),
        costBytes: fields.reduce<number>(
          (sum, { zero }) => sum + zero.costBytes + COST.property,
          COST.record,
        ),
      };
    }
    case "ptr":
    case "iface":
    case "generic":
      return { make: () => undefined, ...NOTHING };
  }
}
