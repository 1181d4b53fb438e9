// What reading a manifest costs before anything is checked: the YAML library composes the text with positions.
import { readFileSync } from "node:fs";
import process from "node:process";
import { LineCounter, parseDocument } from "yaml";

const text = readFileSync(process.argv[2] ?? "", "utf8");
const document = parseDocument(text, { lineCounter: new LineCounter() });
if (document.errors.length > 0) throw new Error("not YAML");
