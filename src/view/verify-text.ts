import type { LedgerFault, VerifyReport } from "../ledger/index.ts";
import { counted } from "./count-text.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

const HEAD_DIGITS = 12;

/** What was checked, what was not, and what is wrong. The last line is the verdict. */
export function verifyText(report: VerifyReport, paint: Paint): string {
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
  return `${lines.join("")}${paint("strong", verifySummary(report))}\n`;
}

/** The last line of `fleet verify`, without its line end. */
function verifySummary(report: VerifyReport): string {
  const { head } = report;
  const size = counted(head?.size ?? 0, "entry", "entries");
  if (!report.ok) {
    const faults = report.faults.length + report.faultsOmitted;
    return `Not verified: ${counted(faults, "fault")} in a ledger of ${size}.`;
  }
  return `Verified: ${size}, head ${(head?.root ?? "none").slice(0, HEAD_DIGITS)}, no fault.`;
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
