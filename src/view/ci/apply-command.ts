// The command line that applies the decision of a plan and refuses any other.
import { DEFAULT_MANIFEST, type Plan } from "../../model/index.ts";
import { shellWord } from "../shell-word.ts";
import { showsExactly } from "./markdown-text.ts";

const COMMAND_LENGTH_MAX = 4_000;

/** What the command that applies a plan needs beyond the plan. */
export interface CommandFacts {
  /** The selection the plan was made for, as `--on` takes it. */
  readonly selection?: string;
}

/**
 * The command that applies this very decision and refuses any other: same manifest, same selection, same overrides.
 * `undefined` when a word of it could not be shown as it is, since a command that differs by one character is
 * worse than none, and when it is longer than 4,000 characters.
 */
export function applyCommand(plan: Plan, { selection }: CommandFacts): string | undefined {
  const { path } = plan.manifest;
  const words = [
    ...(path === DEFAULT_MANIFEST
      ? []
      : [path.startsWith("-") && path !== "-" ? `./${path}` : path]),
    ...(selection === undefined ? [] : ["--on", selection]),
    ...(plan.only ?? []).flatMap(({ visor, path: field }) => [
      "--only",
      `${plan.names[visor] ?? visor}/${field}`,
    ]),
    ...overrideWords(plan),
    "--expect-decision",
    plan.decision,
  ];
  const quoted = words.map(shellWord);
  const command = `fleet apply ${quoted.join(" ")}`;
  const isShowable = command.length <= COMMAND_LENGTH_MAX && showsExactly(command);
  return isShowable ? command : undefined;
}

function overrideWords({ overrides }: Plan): readonly string[] {
  const count = (name: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  return [
    ...count("allow-removals", overrides.allowRemovals),
    ...count("allow-trust-removals", overrides.allowTrustRemovals),
    ...count("allow-released", overrides.allowReleased),
    ...overrides.allowTrustLoss.flatMap((name) => ["--allow-trust-loss", name]),
    ...(overrides.allowKeysetChange === true ? ["--allow-keyset-change"] : []),
  ];
}
