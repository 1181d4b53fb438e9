import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { ClosingLineReporter } from "./support/closing-line-reporter.ts";

// Which tests run, and what they may import, is the same without this file: `npx vitest run gob` at the
// top of the clone works too (the gates compare both lists). It adds patience for busy machines and the
// closing line. A test that needs more than vitest's own five seconds states its timeout itself.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", new ClosingLineReporter()],
    pool: "forks",
    // Much of a test is waiting for visors, disks and processes of its own: none of the processors is left for vitest alone.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
  },
});
