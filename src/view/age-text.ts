import type { Plan } from "../model/index.ts";

/** An age in whole seconds for people: `40 s`, `12 min`, `5 h`, `4 days`; rounded down. */
export function ageText(ageSeconds: number): string {
  if (ageSeconds < 120) return `${ageSeconds} s`;
  const minutes = Math.floor(ageSeconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} days`;
}

/** How old what a plan goes by is, from the youngest reading to the oldest; `undefined` without any. */
export function agesText({ visors }: Pick<Plan, "visors">): string | undefined {
  const ages = visors.flatMap(({ observed }) => observed?.ageSeconds ?? []);
  if (ages.length === 0) return undefined;
  const [youngest, oldest] = [Math.min(...ages), Math.max(...ages)].map(ageText);
  return youngest === oldest ? `${oldest} old` : `${youngest} to ${oldest} old`;
}
