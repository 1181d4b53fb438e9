// The visors of a plan in a Markdown report: a table, a folded block for each, and what had no room.
import { counted } from "../../core/index.ts";
import type { Plan, PlanVisor } from "../../model/index.ts";
import { keyLabel } from "../change-text.ts";
import { codeLine, codeSpan, htmlCode } from "./markdown-text.ts";
import { addSome, type Limits, type Page } from "./room-left.ts";
import type { VisorRows } from "./visor-rows.ts";

/** What the lines that say what is left out need at most. */
const LAST_WORDS_BYTES = 1_000;

interface VisorsInput {
  readonly visors: readonly VisorRows[];
  readonly limits: Limits;
}

export function addTable(
  page: Page,
  { visors, limits, keepBytes }: VisorsInput & { keepBytes: number },
): void {
  if (visors.length === 0) return;
  page.add("| visor | add | change | remove | trust | note |\n|---|--:|--:|--:|--:|---|\n");
  const items = visors.map(({ visors: owners, changes, trustCount, note }) => {
    const count = (op: string): number => changes.filter((change) => change.op === op).length;
    const cells = [
      ownersText(owners, codeSpan),
      count("add"),
      count("change"),
      count("remove"),
      trustCount,
      note,
    ];
    return `| ${cells.join(" | ")} |\n`;
  });
  const left = addSome(page, { items, itemsMax: limits.tableRowsMax, keepBytes });
  const more = visorsOf(visors.slice(items.length - left));
  page.add(left === 0 ? "\n" : `\n${counted(more, "more visor")} not in this table.\n\n`);
}

/** The name of a visor, or how many they are. */
function ownersText(owners: readonly PlanVisor[], nameText: (name: string) => string): string {
  const [first] = owners;
  return owners.length === 1 && first !== undefined
    ? nameText(first.name)
    : counted(owners.length, "visor");
}

/** How many visors these are, each once. */
function visorsOf(rows: readonly VisorRows[]): number {
  return new Set(rows.flatMap(({ visors }) => visors.map(({ key }) => key))).size;
}

/** What did not fit. */
interface LeftOut {
  visors: number;
  lines: number;
  changes: number;
  trust: number;
}

export function addVisors(page: Page, { visors, limits }: VisorsInput): LeftOut {
  const left: LeftOut = { visors: 0, lines: 0, changes: 0, trust: 0 };
  const leftOut: VisorRows[] = [];
  for (const visor of visors) {
    const kept = visor.rows.slice(0, limits.visorLinesMax);
    // Once one did not fit none does: a smaller one further down is less dangerous than what is left out.
    const isShown =
      leftOut.length === 0 && page.fits(visorBlock(visor, kept.length), LAST_WORDS_BYTES);
    if (!isShown) leftOut.push(visor);
    for (const { changes, trust } of isShown ? visor.rows.slice(kept.length) : visor.rows) {
      left.lines += 1;
      left.changes += changes;
      left.trust += trust;
    }
  }
  left.visors = visorsOf(leftOut);
  return left;
}

function visorBlock({ visors, changes, trustCount, note, rows }: VisorRows, shown: number): string {
  const trust = trustCount === 0 ? "" : `, ${trustCount} about trust`;
  const isMany = visors.length > 1;
  const each = isMany ? " each" : "";
  const count = counted(changes.length / visors.length, "change");
  const says = changes.length === 0 ? note : `${count}${each}${trust}`;
  const lines = rows.slice(0, shown).map(({ line }) => `${line}\n`);
  const more = rows.length - shown;
  const last = more === 0 ? "" : `? ${counted(more, "more line")}, not shown here\n`;
  return `<details><summary>${ownersText(visors, htmlCode)}${isMany ? ":" : ""} ${says}</summary>\n\n\`\`\`diff\n${lines.join("")}${last}\`\`\`\n\n</details>\n\n`;
}

export function addReleasedVisors(page: Page, plan: Plan): void {
  const { releasedVisors } = plan;
  if (releasedVisors.length === 0) return;
  const lines = releasedVisors.flatMap(({ key, released }) =>
    released.map(({ path, trust, how }) =>
      codeLine(
        `? ${keyLabel(key, plan.names)} ${path}: ${trust ? "trust, " : ""}left as it is (${how})`,
      ),
    ),
  );
  const title = `No longer in the manifest, left alone: ${counted(releasedVisors.length, "visor")}`;
  const block = `<details><summary>${title}</summary>\n\n\`\`\`diff\n${lines.join("\n")}\n\`\`\`\n\n</details>\n\n`;
  if (!page.fits(block, LAST_WORDS_BYTES / 2)) page.add(`${title} (not shown here).\n\n`);
}

export function leftOutText({ visors, lines, changes, trust }: LeftOut): string {
  if (lines === 0) return "";
  const about = trust === 0 ? "none of them about trust" : `**${trust} of them about trust**`;
  return (
    `Left out here: ${counted(visors, "whole visor")}, ${counted(lines, "line")} with ` +
    `${counted(changes, "change")}, ${about}. The plan as text or JSON has all of them.\n`
  );
}
