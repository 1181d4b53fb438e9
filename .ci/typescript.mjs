// Lets Node run a TypeScript program of test/ as it stands: `node --import ./.ci/typescript.mjs PROGRAM.ts`.
// Types are stripped while loading and nothing is checked; paths and line numbers stay those of the source.
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import ts from "typescript";

/** @type {import("node:module").LoadHook} */
export const load = async (url, context, nextLoad) => {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(await readFile(fileName, "utf8"), {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  });
  return { format: "module", source: outputText, shortCircuit: true };
};

// Node loads this file twice: to start the hooks, and then as the hooks, in a thread of their own.
if (isMainThread) register(import.meta.url);
