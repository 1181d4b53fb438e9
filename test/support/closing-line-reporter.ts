import process from "node:process";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends a run with the line `N passed, N failed, N skipped`, alone, after naming every test that did not run.
 * A file that does not load, and an error outside every test, count as one failure each.
 */
export class ClosingLineReporter implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    // Whoever asks for some tests by name knows that the others do not run.
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      tally.failed += loadFailures(module);
      for (const test of module.children.allTests()) {
        const { state, note } = outcomeOf(test);
        tally[state] += 1;
        if (state === "skipped" && !this.#isFiltered) {
          skipped.push(`SKIPPED ${module.relativeModuleId} > ${test.fullName}: ${note}`);
        }
      }
    }
    const closing = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
    process.stdout.write(`${[...skipped, closing].join("\n")}\n`);
  }
}

function loadFailures(module: TestModule): number {
  let failures = module.errors().length;
  for (const suite of module.children.allSuites()) failures += suite.errors().length;
  return failures;
}

function outcomeOf(test: TestCase): { readonly state: keyof Tally; readonly note: string } {
  const result = test.result();
  if (result.state === "passed") return { state: "passed", note: "" };
  if (result.state === "failed") return { state: "failed", note: "" };
  if (result.state === "skipped")
    return { state: "skipped", note: result.note ?? "no reason given" };
  return { state: "failed", note: "" }; // A test that never ended must not read as green.
}
