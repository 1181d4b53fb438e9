// The lint rule about ignored values whose time has passed.
import { formatUntil } from "../reading.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

/** Finds values that are ignored until a time which has passed. */
export function checkEndedIgnores({ desired, nowMs }: Linted): readonly LintFinding[] {
  if (nowMs === undefined) return [];
  return desired.visors.flatMap(({ name, ignores = [] }) =>
    ignores
      .filter(({ untilMs }) => untilMs <= nowMs)
      .map(({ path, untilMs, place }) =>
        finding("ended-ignore", {
          message: `${path} of ${name} is no longer ignored, since ${formatUntil(untilMs)}`,
          at: place,
          text: path,
          next: `\`fleet ignore ${name}/${path} --end\` takes the line out; --until ignores it again`,
        }),
      ),
  );
}
