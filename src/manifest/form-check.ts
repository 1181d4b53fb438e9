// The compiled check of a manifest's form; the build replaces this module by the compiled code.
import { Ajv2020, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import { manifestSchema } from "./schema.ts";

/** How the library reads the schema; the build reads it so too. @public */
export const FORM_OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  strict: false,
  validateSchema: false,
  messages: false,
  logger: false,
  addUsedSchema: false,
  // Compiling takes half the time so, and checking no more.
  inlineRefs: false,
  code: { optimize: false },
};

let compiled: ValidateFunction | undefined;

/**
 * The check of a manifest's form, as the library compiles it from the schema. In the built program this module is
 * replaced by what the library compiled when it was built: compiling takes longer than checking a usual manifest.
 */
export function formCheck(): ValidateFunction {
  compiled ??= new Ajv2020(FORM_OPTIONS).compile(manifestSchema);
  return compiled;
}
