// How old what a plan goes by is.
import { ageText } from "../core/index.ts";
import type { Plan } from "../model/index.ts";

/** How old what a plan goes by is, from the youngest reading to the oldest; `undefined` without any. */
export function agesText({ visors }: Pick<Plan, "visors">): string | undefined {
  const ages = visors.flatMap(({ observed }) => observed?.ageSeconds ?? []);
  if (ages.length === 0) return undefined;
  const [youngest, oldest] = [Math.min(...ages), Math.max(...ages)].map(ageText);
  return youngest === oldest ? `${oldest} old` : `${youngest} to ${oldest} old`;
}
