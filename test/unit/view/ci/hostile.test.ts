import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commandFree,
  plainPaint,
  planAnnotations,
  planCodeQuality,
  planComment,
  planJunit,
  planSarif,
  planStepSummary,
  planText,
} from "../../../../src/view/index.ts";
import { GUARDS, type Plan } from "../../../../src/model/index.ts";
import {
  HOSTILE_TEXTS,
  hostileApplyable,
  hostileFacts,
  hostilePlan,
} from "../../../support/hostile-plan.ts";
import { htmlOf, readJunit, sarifFaults } from "../../../support/report-readers.ts";

// Every text of a plan is hostile at once: whatever it is, a report holds no more structure than ours.

const SEED = 20261125;
const RUNS = 50;
/** Other people's parsers read some hundred reports. */
const PATIENCE_MS = 60_000;

const texts = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.constantFrom("a", " ", "-", "b c")), {
      minLength: 2,
      maxLength: 4,
    })
    .map((parts) => parts.join("").slice(0, 400)),
);

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const RUNNER_COMMAND = /##\[|##[a-z]+\[|^[^\S\n]*::/m;

/** Holds for every hostile text we know, and for those that fast-check makes. */
function forHostile(check: (text: string) => void): void {
  for (const text of HOSTILE_TEXTS) check(text);
  fc.assert(fc.property(texts, check), { seed: SEED, numRuns: RUNS });
}

function expectHarmlessLines(report: string): void {
  expect(report.replaceAll("\n", "")).not.toMatch(UNSEEN);
  expect(report).not.toMatch(RUNNER_COMMAND);
}

/** What would pass for a line of ours. */
const LINE_OF_THEIRS = "a\nFORGED\r\n FORGED\u2028FORGED";

test("8: no text of a plan begins a line of its own on a screen", () => {
  const plan = hostilePlan(LINE_OF_THEIRS);
  for (const by of [undefined, "visor"] as const) {
    const text = planText(plan, plainPaint, by === undefined ? {} : { by });
    expect(text).toContain("FORGED");
    expect(text).not.toMatch(/^\s*FORGED/m);
    expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
  }
});

describe("no text of a manifest or a visor", { timeout: PATIENCE_MS }, () => {
  test("makes a workflow command of its own", () => {
    forHostile((text) => {
      const report = planAnnotations(hostilePlan(text));
      const lines = report.split("\n");
      expect(lines.pop()).toBe("");
      expect(lines.length).toBeGreaterThan(5);
      expect(report.replaceAll("\n", "")).not.toMatch(UNSEEN);
      for (const line of lines) {
        // As the runner reads it: name, properties up to the next two colons, the message.
        const read = /^::(error|warning|notice) (.*?)::(.*)$/.exec(line);
        const names = (read?.[2] ?? "").split(",").map((pair) => pair.split("=")[0]);
        expect([["file", "line", "col", "title"], ["title"]]).toContainEqual(names);
        expect(read?.[2]).toMatch(/title=[^,:]*$/);
        expect(line).not.toMatch(/%(?!25|0A|0D|3A|2C)/);
      }
    });
  });

  test.each([
    { name: "a refused comment", report: (text: string) => planComment(hostilePlan(text)) },
    {
      name: "a comment with its command",
      report: (text: string) => planComment(hostileApplyable(text), hostileFacts(text)),
    },
    {
      name: "a step summary",
      report: (text: string) => planStepSummary(hostileApplyable(text), hostileFacts(text)),
    },
  ])("makes Markdown or HTML in $name", ({ report }) => {
    const ours = tagsOf(report("x"));
    forHostile((text) => {
      const markdown = report(text);
      expectHarmlessLines(markdown);
      expectHarmlessMarkdown(markdown);
      const html = htmlOf(markdown);
      expect(tagsOf(html).filter((tag) => !OUR_TAGS.has(tag))).toEqual([]);
      expect(ours.filter((tag) => tag === "<details>")).toHaveLength(4);
      expect(tagsOf(html).filter((tag) => tag === "<details>")).toHaveLength(4);
      expect(
        tagsOf(html).filter((tag) => tag === "<td>" || tag === '<td align="right">'),
      ).toHaveLength(18);
      expect(proseOf(html)).not.toMatch(
        /[@<>]|#\d|:\/\/|www\.|\b[0-9a-f]{7,}\b|&(?!gt;|amp;|quot;|lt;)/,
      );
    });
  });

  test("makes a comment too long", () => {
    forHostile((text) => {
      for (const plan of [hostilePlan(text), hostileApplyable(text)]) {
        const comment = planComment(plan, hostileFacts(text));
        expect(comment.length).toBeLessThanOrEqual(65_536);
        expect(new TextEncoder().encode(comment).length).toBeLessThanOrEqual(65_536);
      }
    });
  });

  test("makes an element of XML", () => {
    forHostile((text) => {
      const report = planJunit(hostilePlan(text));
      expectHarmlessLines(report);
      const cases = readJunit(report);
      expect(cases.filter(({ suite }) => suite === "visors").map(({ verdict }) => verdict)).toEqual(
        ["failure", "skipped", "error"],
      );
      expect(cases).toHaveLength(4 + GUARDS.length);
    });
  });

  test("makes a member of JSON", () => {
    forHostile((text) => {
      const sarif = planSarif(hostilePlan(text));
      const quality = planCodeQuality(hostilePlan(text));
      expectHarmlessLines(sarif);
      expectHarmlessLines(quality);
      expect(sarifFaults(sarif)).toEqual([]);
      expect(shapeOf(sarif)).toBe(shapeOf(planSarif(hostilePlan("x"))));
      expect(shapeOf(quality)).toBe(shapeOf(planCodeQuality(hostilePlan("x"))));
      expect(JSON.stringify(JSON.parse(sarif))).not.toMatch(/"text":"[^"]*(\]\(|\{\d)/);
    });
  });

  test("makes a command of the plan's text", () => {
    forHostile((text) => {
      const plan: Plan = hostilePlan(text);
      expect(commandFree(planText(plan, plainPaint))).not.toMatch(RUNNER_COMMAND);
    });
  });
});

const OUR_TAGS: ReadonlySet<string> = new Set([
  ...["h3", "p", "code", "pre", "ul", "li", "strong", "blockquote", "details", "summary"].flatMap(
    (tag) => [`<${tag}>`, `</${tag}>`],
  ),
  ...["table", "thead", "tbody", "tr", "th", "td"].flatMap((tag) => [`<${tag}>`, `</${tag}>`]),
  '<th align="right">',
  '<td align="right">',
  '<code class="language-diff">',
  '<code class="language-sh">',
]);

/** The tags of an HTML text, comments apart. */
function tagsOf(html: string): readonly string[] {
  return html.replace(/<!--.*?-->/g, "").match(/<[^>]*>/g) ?? [];
}

/** The text outside of code, in which GitHub looks for mentions, issues and addresses. */
function proseOf(html: string): string {
  return html
    .replace(/<!-- fleet-(plan|decision):[^<>]*? -->/g, "")
    .replace(/<code[^>]*>.*?<\/code>/gs, " ")
    .replace(/<[^>]*>/g, " ");
}

/** Reads the Markdown line by line, as our own templates are: code spans, fences, table, folded blocks. */
function expectHarmlessMarkdown(markdown: string): void {
  let isCode = false;
  for (const line of markdown.split("\n")) {
    if (line === "```" || line === "```diff" || line === "```sh") {
      isCode = line !== "```";
      continue;
    }
    if (isCode) {
      expect(line).not.toMatch(/[`<|]/);
      continue;
    }
    if (/^<!-- fleet-(plan|decision):[^<>\s-]*(-[^<>\s-]+)*-? -->$/.test(line)) continue;
    if (/^<details><summary>(<code>[^<>|`]*<\/code> )?[a-zA-Z0-9 ,:]*<\/summary>$/.test(line))
      continue;
    if (line === "</details>") continue;
    const outside = line.replace(/`[^`<|]+`/g, "");
    expect(outside).not.toMatch(/[`<@&_~\\]|#\d|:\/\//);
    if (line.startsWith("|")) expect(outside.match(/\|/g)).toHaveLength(7);
    else expect(outside).not.toContain("|");
  }
  expect(isCode).toBe(false);
}

/** The names and kinds of a JSON document's members, without its values. */
function shapeOf(json: string): string {
  return JSON.stringify(JSON.parse(json), (_name, value: unknown) =>
    typeof value === "string" || typeof value === "number" ? typeof value : value,
  );
}
