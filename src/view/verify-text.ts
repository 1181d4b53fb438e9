// What was checked of ledgers, as `fleet verify` prints it.
import { counted } from "../core/index.ts";
import type { JoinedReport, LedgerFault, VerifyReport } from "../ledger/index.ts";
import { type Paint, printable } from "./text.ts";

const HEAD_DIGITS = 12;

/** What was checked of one ledger, what was not, and what is wrong. The last line is the verdict. */
export function verifyText(report: VerifyReport, paint: Paint): string {
  return verifyAllText([{ name: "", report }], undefined, paint);
}

/** A ledger's report, under its operator's name where there are several. */
export interface NamedReport {
  readonly name: string;
  readonly report: VerifyReport;
}

/** What was checked, what was not, and what is wrong, ledger by ledger, then together. The last line is the verdict. */
export function verifyAllText(
  reports: readonly NamedReport[],
  joined: JoinedReport | undefined,
  paint: Paint,
): string {
  const isOne = reports.length === 1;
  const parts = reports.map(({ name, report }) =>
    isOne
      ? itemsText(report, paint)
      : `${paint("strong", printable(name))}: ${headText(report)}\n${itemsText(report, paint)}`,
  );
  const together = joined === undefined ? "" : itemsText({ faultsOmitted: 0, ...joined }, paint);
  const title = isOne || joined === undefined ? "" : `${paint("strong", "together")}:\n`;
  return `${parts.join("")}${title}${together}${paint("strong", verdict(reports, joined))}\n`;
}

function itemsText(
  report: Pick<VerifyReport, "checked" | "notChecked" | "faults" | "faultsOmitted">,
  paint: Paint,
): string {
  const lines = [
    ...report.checked.map(
      ({ what, count }) => `  ${paint("add", "+")} ${count} ${printable(what)}\n`,
    ),
    ...report.notChecked.map(
      (what) => `  ${paint("unknown", "?")} not checked: ${printable(what)}\n`,
    ),
    ...report.faults.map((fault) => `  ${paint("remove", "!")} ${faultText(fault)}\n`),
    ...(report.faultsOmitted === 0
      ? []
      : [`  ${paint("remove", "!")} and ${report.faultsOmitted} more\n`]),
  ];
  return lines.join("");
}

/** The last line of `fleet verify`, without its line end. */
function verdict(reports: readonly NamedReport[], joined: JoinedReport | undefined): string {
  const all = reports.map(({ report }) => report);
  const size = counted(
    all.reduce((sum, { head }) => sum + (head?.size ?? 0), 0),
    "entry",
    "entries",
  );
  const faults =
    all.reduce((sum, report) => sum + report.faults.length + report.faultsOmitted, 0) +
    (joined?.faults.length ?? 0);
  const [only] = all;
  const isOne = all.length === 1;
  const what = isOne ? `a ledger of ${size}` : `${counted(all.length, "ledger")} of ${size}`;
  if (faults > 0 || all.some(({ ok }) => !ok))
    return `Not verified: ${counted(faults, "fault")} in ${what}.`;
  return isOne && only !== undefined
    ? `Verified: ${headText(only)}, no fault.`
    : `Verified: ${what}, joined into one history, no fault.`;
}

function headText({ head }: VerifyReport): string {
  const size = counted(head?.size ?? 0, "entry", "entries");
  return `${size}, head ${(head?.root ?? "none").slice(0, HEAD_DIGITS)}`;
}

function faultText({ code, message, entry, commit, place }: LedgerFault): string {
  const about = [
    ...(entry === undefined ? [] : [`entry ${entry}`]),
    ...(commit === undefined ? [] : [`commit ${commit}`]),
    ...(place === undefined ? [] : [`${place.file} bytes ${place.from} to ${place.to}`]),
  ];
  const where = about.length === 0 ? "" : ` (${about.join(", ")})`;
  return `${printable(message + where)} [${code}]`;
}
