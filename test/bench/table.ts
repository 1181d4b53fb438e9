/** One row of the benchmark: a figure of ours beside its peer's, measured in the same run. */
export interface TableRow {
  readonly name: string;
  readonly ours: number;
  readonly unit: string;
  readonly peerName: string;
  readonly peer: number;
  /** 1 is as good as the peer, 2 twice as good, whatever the unit. */
  readonly ratio: number;
  /** Most memory our process held. */
  readonly peakMB?: number;
  /** Processor time of our process. */
  readonly cpuSeconds?: number;
  /** How long our process and the fleet's were ready and others had the processors: near 0 on a quiet machine. */
  readonly waitedSeconds?: number;
  /** Processor time of the embedded fleet meanwhile. */
  readonly visorSeconds?: number;
  readonly goals?: readonly Goal[];
}

/** A figure that was promised. */
interface Goal {
  readonly text: string;
  readonly isMet: boolean;
}

const HEAD = [
  "what",
  "ours",
  "beside",
  "its figure",
  "ratio",
  "peak",
  "CPU",
  "waited",
  "visors' CPU",
  "goal",
];

/** The rows as a Markdown table that can be read as it stands. */
export function tableText(rows: readonly TableRow[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |\n`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|\n`;
  const [head = [], ...rest] = lines;
  return line(head) + rule + rest.map(line).join("");
}

function cellsOf(row: TableRow): readonly string[] {
  return [
    row.name,
    `${figure(row.ours)} ${row.unit}`,
    row.peerName,
    `${figure(row.peer)} ${row.unit}`,
    `${figure(row.ratio)}x`,
    row.peakMB === undefined ? "" : `${row.peakMB.toFixed(0)} MB`,
    seconds(row.cpuSeconds),
    seconds(row.waitedSeconds),
    seconds(row.visorSeconds),
    (row.goals ?? []).map(({ text, isMet }) => `${text}: ${isMet ? "met" : "MISSED"}`).join("; "),
  ];
}

function seconds(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "" : `${figure(value)} s`;
}

/** Three digits that count, or the whole number. */
function figure(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
