// Joins the modules of the compiled program into a few files, in place: a command then opens some twenty files
// instead of five hundred, which was half of what it took to start. The library's doors stay as the compiler wrote
// them, installed packages stay packages, and what a command loads late it still loads late.
// Argument: the folder that the compiler wrote.
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { rolldown } from "rolldown";

/** A module named by a package's name or by `node:`, not by a path. */
const INSTALLED = /^[^./]/;

const [folder = ""] = process.argv.slice(2);
const program = join(folder, "cli");
const joined = join(folder, ".cli-joined");

const modules = await rolldown({
  input: { main: join(program, "main.js") },
  external: INSTALLED,
  platform: "node",
  // A module that is named and not found would else be taken for a package, and missed only when a user needs it.
  onLog: (level, log) => {
    if (level === "warn") throw new Error(log.message);
  },
});
await modules.write({ dir: joined, format: "esm", chunkFileNames: "[name].js" });
rmSync(program, { recursive: true });
renameSync(joined, program);
