// Joins the modules of the compiled program into a few files, in place: a command then opens some twenty files
// instead of five hundred, which was half of what it took to start. The check of a manifest's form is compiled from
// the schema here, once, and not at every start; what each command takes is asked here, once, and not at every Tab. The library's doors stay as the compiler wrote them, installed
// packages stay packages, and what a command loads late it still loads late.
// Argument: the folder that the compiler wrote.
import { renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { rolldown } from "rolldown";

/** A module named by a package's name or by `node:`, not by a path. */
const INSTALLED = /^[^./]/;

/** Modules of signatures on curves that are loaded as packages. */
const SIGNATURES = /(?:skywire[\\/]cxo[\\/]root|ledger[\\/]log[\\/]entries[\\/]genesis)\.js$/;

const [folder = ""] = process.argv.slice(2);
const program = join(folder, "cli");
const joined = join(folder, ".cli-joined");
const formCheck = resolve(folder, "manifest", "form-check.js");

/**
 * The module of the form check as code that does not need the compiler.
 * @returns {Promise<string>}
 */
async function compiledFormCheck() {
  const schemaModule = pathToFileURL(resolve(folder, "manifest", "schema.js")).href;
  const { manifestSchema } = /** @type {{ readonly manifestSchema: object }} */ (
    await import(schemaModule)
  );
  const { FORM_OPTIONS } =
    /** @type {{ readonly FORM_OPTIONS: import("ajv/dist/2020.js").Options }} */ (
      await import(pathToFileURL(formCheck).href)
    );
  const ajv = new Ajv2020({ ...FORM_OPTIONS, code: { source: true, esm: true } });
  const code = standalone.default(ajv, ajv.compile(manifestSchema));
  return `${code}\nexport const formCheck = () => validate;\n`;
}

const commandForms = resolve(program, "command-forms.js");

/**
 * The module of the commands' forms as its own answer, so that completion loads no command.
 * @returns {Promise<string>}
 */
async function askedCommandForms() {
  const asked = /** @type {{ readonly commandForms: () => Promise<object> }} */ (
    await import(pathToFileURL(commandForms).href)
  );
  const text = JSON.stringify(JSON.stringify(await asked.commandForms()));
  return `export const commandForms = async () => JSON.parse(${text});\n`;
}

/** @type {ReadonlyMap<string, () => Promise<string>>} */
const READY = new Map([
  [formCheck, compiledFormCheck],
  [commandForms, askedCommandForms],
]);

const modules = await rolldown({
  input: { main: join(program, "main.js") },
  external: INSTALLED,
  platform: "node",
  preserveEntrySignatures: "allow-extension",
  // Doors name more than a command uses, and no module does anything when it is merely named.
  treeshake: { moduleSideEffects: false },
  plugins: [
    {
      name: "ready-modules",
      load: (id) => READY.get(resolve(id))?.(),
    },
  ],
  // A module that is named and not found would else be taken for a package, and missed only when a user needs it.
  onLog: (level, log) => {
    if (level === "warn") throw new Error(log.message);
  },
});
await modules.write({
  dir: joined,
  format: "esm",
  chunkFileNames: "[name].js",
  // Modules that the same commands may need come into one file. What loads a curve is apart: a plan of a recorded
  // observation needs its neighbours, and no curve.
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [{ name: "signatures", test: SIGNATURES }],
  },
});
rmSync(program, { recursive: true });
renameSync(joined, program);
