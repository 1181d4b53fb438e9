// Comments that switch a lint rule off on a line.
import { type Edit, lineStart } from "../edit/splice.ts";
import { placeAt, shownKey, type Source } from "../source.ts";
import type { Comment } from "./check-plain-secrets.ts";
import { finding, type LintFinding } from "./finding.ts";
import { type LintRuleId, lintRuleId } from "./rules.ts";

/** A comment that switches rules off on one line. */
interface Disable {
  readonly comment: Comment;
  /** The line it is for. */
  readonly line: number;
  readonly names: readonly string[];
}

const FORM = /^#\s*fleet-lint-disable-(line|next-line)\b\s*(.*)$/;
const SELF = "unused-disable";

/**
 * Takes out the findings that comments switch off, and finds comments that switch off nothing. Of rules that were not
 * looked for nothing is said.
 */
export function heedDisables(
  findings: readonly LintFinding[],
  { source, comments }: { readonly source: Source; readonly comments: readonly Comment[] },
  wanted: ReadonlySet<LintRuleId>,
): readonly LintFinding[] {
  const disables = disablesOf(source, comments);
  const covers = ({ line, names }: Disable, one: LintFinding): boolean =>
    one.diagnostic.at.line === line && names.includes(one.rule);
  const kept = findings.filter((one) => !disables.some((disable) => covers(disable, one)));
  if (!wanted.has(SELF)) return kept;
  const unused = disables.flatMap((disable) => {
    const idle = disable.names.filter((name) => {
      const rule = lintRuleId(name);
      if (rule !== undefined && rule !== SELF && !wanted.has(rule)) return false;
      return !findings.some((one) => one.rule === name && covers(disable, one));
    });
    return disable.names.length > 0 && idle.length === 0
      ? []
      : [unusedDisable(source, disable, idle)];
  });
  return [...kept, ...unused];
}

function disablesOf(source: Source, comments: readonly Comment[]): readonly Disable[] {
  const alone = new Set(comments.filter(({ isAlone }) => isAlone).map(({ line }) => line));
  return comments.flatMap((comment) => {
    const [, where, rest = ""] = FORM.exec(comment.text) ?? [];
    if (where === undefined) return [];
    const [said = ""] = rest.split(/(?:^|\s)--(?:\s|$)/);
    const names = said.split(/[\s,]+/).filter((name) => name !== "");
    let { line } = comment;
    if (where === "next-line") {
      do line += 1;
      while (alone.has(line) || isBlank(source, line));
    }
    return [{ comment, line, names }];
  });
}

function isBlank({ text, lineStarts }: Source, line: number): boolean {
  const from = lineStarts[line - 1];
  return from !== undefined && /^[ \t\r]*\n/.test(text.slice(from, lineStarts[line]));
}

function unusedDisable(source: Source, disable: Disable, idle: readonly string[]): LintFinding {
  const { comment, names } = disable;
  const unknown = idle.find((name) => lintRuleId(name) === undefined);
  const message =
    names.length === 0
      ? "this comment names no rule to switch off"
      : unknown !== undefined
        ? `there is no rule ${shownKey(unknown)}`
        : idle[0] === SELF
          ? `${SELF} cannot be switched off`
          : `${idle.join(" and ")} would find nothing on line ${disable.line}`;
  return finding(
    SELF,
    {
      message,
      at: placeAt(source, comment.offset),
      next: "take it out; `fleet lint --fix` does",
    },
    withoutNames(source, disable, idle),
  );
}

/** Takes names out of a comment, and the comment when none is left. */
function withoutNames(source: Source, { comment, names }: Disable, idle: readonly string[]): Edit {
  const { text } = source;
  const { offset, isAlone } = comment;
  const to = offset + comment.text.length;
  const left = names.filter((name) => !idle.includes(name));
  if (left.length > 0) {
    const [head = ""] = /^#\s*fleet-lint-disable-\S+\s*/.exec(comment.text) ?? [];
    const [reason = ""] = /\s+--(\s.*)?$/.exec(comment.text) ?? [];
    return { from: offset, to, text: `${head}${left.join(", ")}${reason}` };
  }
  if (isAlone)
    return { from: lineStart(text, offset), to: Math.min(text.length, to + 1), text: "" };
  const code = text.slice(lineStart(text, offset), offset).trimEnd();
  return { from: lineStart(text, offset) + code.length, to, text: "" };
}
