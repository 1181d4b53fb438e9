#!/usr/bin/env node
// The program: help, its release and completion load next to nothing; any other line is run.
import process from "node:process";
import { helpText } from "./help.ts";

const argv = process.argv.slice(2);
const isBare = argv.length === 0 || (argv.length === 1 && argv[0] === "help");

/** What completion scripts ask by; no command of the table, as nobody types it. */
const COMPLETE_WORD = "__complete";

/** Prints what needs no command; a full disk behind a redirection must not look like success. */
function print(text: string): void {
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") process.exitCode = 1;
  });
  process.stdout.write(text);
}

// Help loads nothing: the commands, the parser and everything behind them come with the first
// command that needs them.
const isAlone = argv.filter((word) => word !== "--no-color").length === 1;
if (isBare || (isAlone && (argv[0] === "--help" || argv[0] === "-h"))) {
  print(helpText());
} else if (argv[0] === "--version" || argv[0] === "-V") {
  const { FLEET_VERSION } = await import("../core/index.ts");
  print(`${FLEET_VERSION}\n`);
} else if (argv[0] === COMPLETE_WORD) {
  const { completeHere } = await import("./complete-here.ts");
  print(await completeHere(argv.slice(1)));
} else {
  const { runHere } = await import("./run-here.ts");
  await runHere(argv);
}
