// `fleet lint`: warnings about what is allowed in a manifest and hardly meant; a fix never changes what is wanted.
import { usage } from "../shell/usage.ts";
import { counted, type ExitCode, utf8 } from "../../core/index.ts";
import type { LintFinding, LintRuleId } from "../../manifest/index.ts";
import type { GoneKey } from "../../model/index.ts";
import { diagnosticsText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint } from "../shell/screen.ts";
import { STANDARD_INPUT, verifyManifest } from "../manifest/manifest-source.ts";
import { JSON_OPTION, NOW_OPTION, nowOf, OPERATOR_OPTIONS } from "../shell/options.ts";
import { operatorUnasked } from "../ledger/operator.ts";
import { outLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import {
  readManifestFile,
  showDifference,
  verifySame,
  withText,
  writeText,
} from "../manifest/rewrite-manifest.ts";
import { type LedgerRequest, ledgerRequestOf, manifestRequestOf } from "../shell/kept-files.ts";

/** `fleet lint`: what a manifest may say and seldom means. */
export const lint: Command = {
  name: "lint",
  about:
    "Look in a manifest for what is allowed and seldom meant. Ends with 2 when something is found.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml; - is standard input)" }],
  options: [
    {
      name: "fix",
      about: "put right what can be without changing what is wanted; shows the difference",
    },
    {
      name: "rule",
      value: "RULE",
      many: true,
      about: "look for this rule only, such as unused-role; may be repeated",
    },
    JSON_OPTION,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet lint", "fleet lint --fix", "fleet lint --rule unused-role --rule plain-secret"],
  async run(given, world): Promise<ExitCode> {
    const request = ledgerRequestOf(given, world, manifestRequestOf(given, world, given.words[0]));
    const { manifest: name } = request;
    const nowMs = nowOf(given, world) ?? world.clock.now();
    const rules = await rulesOf(given.texts("rule"));
    const isFix = given.flag("fix");
    if (isFix && name === STANDARD_INPUT) {
      throw usage("standard input cannot be fixed where it is", "name a file");
    }
    const read = await readManifestFile(name, world);
    const { fixManifest, lintManifest } = await import("../manifest/manifest-room.ts");
    const file = name === STANDARD_INPUT ? "stdin" : name;
    const { text, fixed } = isFix
      ? fixManifest(read.text, file, rules, nowMs)
      : { text: read.text, fixed: [] };
    const goneKeys = rules.has("key-stays") ? await goneKeysOf(request, text, world) : undefined;
    const { findings } = lintManifest(text, file, rules, nowMs, goneKeys);
    const linted = await withText(read, text);
    showDifference(linted, world);
    await verifySame(linted);
    await writeText(linted, world);
    if (given.flag("json")) printJson(world, documentOf(findings, fixed));
    else {
      const diagnostics = findings.map(({ diagnostic }) => diagnostic);
      world.terminal.out(diagnosticsText(diagnostics, outPaint(world)));
      outLine(world, `${summaryOf(findings, fixed)}: ${file}.`);
    }
    return findings.length === 0 ? 0 : 2;
  },
};

/** Keys that were taken away, as the ledger on this machine and git tell; none for a manifest without a name. */
async function goneKeysOf(
  { manifest: name, keyFile }: LedgerRequest,
  text: string,
  world: World,
): Promise<ReadonlyMap<string, GoneKey> | undefined> {
  if (name === STANDARD_INPUT) return undefined;
  const operator = await operatorUnasked(keyFile, world);
  if (operator === undefined) return undefined;
  const [{ goneInputOf }, { keysGone }] = await Promise.all([
    import("./once-trusted.ts"),
    import("../../reconcile/index.ts"),
  ]);
  const source = await verifyManifest(name, utf8(text), world);
  return keysGone(await goneInputOf(source, operator, world));
}

/** All rules without `--rule`. */
async function rulesOf(names: readonly string[]): Promise<ReadonlySet<LintRuleId>> {
  const { LINT_RULES, lintRuleId } = await import("../manifest/manifest-room.ts");
  if (names.length === 0) return new Set(LINT_RULES.map(({ id }) => id));
  return new Set(
    names.map((name) => {
      const id = lintRuleId(name);
      if (id !== undefined) return id;
      throw usage(
        `--rule ${JSON.stringify(name)}: no such rule`,
        `give one of ${LINT_RULES.map((rule) => rule.id).join(", ")}`,
      );
    }),
  );
}

function summaryOf(findings: readonly LintFinding[], fixed: readonly LintFinding[]): string {
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  const parts = [
    findings.length === 0 ? "Nothing found" : `Found ${counted(findings.length, "warning")}`,
    ...(fixed.length === 0 ? [] : [`${fixed.length} fixed`]),
    ...(fixable === 0 ? [] : [`${fixable} can be fixed by --fix`]),
  ];
  return parts.join(", ");
}

function documentOf(findings: readonly LintFinding[], fixed: readonly LintFinding[]): unknown {
  const rows = (list: readonly LintFinding[]) =>
    list.map(({ rule, diagnostic: { code: _, ...said }, fix }) => ({
      rule,
      ...said,
      fixable: fix !== undefined,
    }));
  return {
    format: "fleet.skywire/lint/v1",
    clean: findings.length === 0,
    findings: rows(findings),
    fixed: rows(fixed),
  };
}
