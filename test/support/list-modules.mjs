// Preloaded into a program: prints the names of the files that it loads, for seeing what a command costs.
import { register } from "node:module";

register(
  `data:text/javascript,${encodeURIComponent(`
import { writeSync } from "node:fs";
export async function load(url, context, next) {
  if (url.startsWith("file:")) writeSync(2, url.slice(url.lastIndexOf("/") + 1) + "\\n");
  return await next(url, context);
}`)}`,
);
