// The table of lint rules.

/** The name of a rule. Names never change: comments in manifests hold them. */
export type LintRuleId =
  | "unused-role"
  | "unused-whitelist"
  | "key-listed-twice"
  | "name-listed-twice"
  | "single-controller"
  | "whitelist-open"
  | "key-stays"
  | "half-owned-trust"
  | "plain-secret"
  | "ended-ignore"
  | "app-and-setting"
  | "unused-disable";

/** One rule: what it finds, why that matters, and what `--fix` does about it. */
export interface LintRule {
  readonly id: LintRuleId;
  readonly finds: string;
  readonly why: string;
  /** Absent when a fix would be a guess. */
  readonly fix?: string;
}

/** What `fleet lint` looks for; docs/lint.md is about the same rows. */
export const LINT_RULES: readonly LintRule[] = [
  {
    id: "unused-role",
    finds: "a role that no visor has, itself or through a role that extends it",
    why: "its values reach nobody, though they read as if they did",
  },
  {
    id: "unused-whitelist",
    finds: "a whitelist that no role and no visor uses, itself or through another whitelist",
    why: "its members are let in nowhere, though they read as if they were",
  },
  {
    id: "key-listed-twice",
    finds: "a member that a list names twice, also once by its name and once by its key",
    why: "whoever takes one of them out believes that the key is gone",
    fix: "takes the later one out",
  },
  {
    id: "name-listed-twice",
    finds: "a tag or a role that a visor lists twice, or a role that another extends twice",
    why: "whoever takes one of them out believes that the name is gone",
    fix: "takes the later one out",
  },
  {
    id: "single-controller",
    finds:
      "a fleet with one controller, or a visor whose exact trust lists let in one controller or none",
    why: "when that one machine is lost, nobody can manage the visor from afar any more",
  },
  {
    id: "whitelist-open",
    finds: "`whitelist: anyone` of an app or a port",
    why: "everybody who finds the visor may use it",
  },
  {
    id: "key-stays",
    finds:
      "a key that is no longer wanted (revoked in `keys`, or taken away earlier as the ledger on this machine or the last applied commit tell) and visors with a trust list that nothing takes it out of",
    why: "being named nowhere takes no key out of a list that the manifest does not own: it keeps full control there",
  },
  {
    id: "half-owned-trust",
    finds: "a visor of which `hypervisors` or `pty` is exact, and nothing is said of the other",
    why: "each of the two lists gives full control: a key that is taken out of one keeps its way in by the other",
  },
  {
    id: "plain-secret",
    finds:
      "what looks like a secret where a manifest is not refused for it: in comments, in values with the form of a known token, and behind names such as `pwd`, `auth` and `pin`",
    why: "a manifest is read by everybody who reads its repository, and git forgets nothing",
  },
  {
    id: "ended-ignore",
    finds: "a value that is ignored until a time which has passed",
    why: "it is changed again like any other, though the line reads as if it were left alone",
  },
  {
    id: "app-and-setting",
    finds:
      "an app that is started or stopped beside a setting that switches the same thing the other way (`dmsgweb` and `dmsg_web.enable`, `skynetweb` and `skynet_web.enable`)",
    why: "the visor has one of the two in force, and every plan after the first shows the other as changed",
  },
  {
    id: "unused-disable",
    finds: "a comment that switches off a rule which finds nothing there, or which does not exist",
    why: "the next finding there would not be shown",
    fix: "takes the comment, or the name in it, out",
  },
];

/** The rule of a name, if there is one. */
export function lintRuleId(name: string): LintRuleId | undefined {
  return LINT_RULES.find(({ id }) => id === name)?.id;
}
