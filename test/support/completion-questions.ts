// What completion is asked, and what it must answer: the same of the program itself and of every shell that is here.

/** One question: the words so far, the last of them at the cursor. */
export interface CompletionQuestion {
  readonly words: readonly string[];
  /** All that must be offered, whole words. */
  readonly want?: readonly string[];
  /** Some that must be. */
  readonly has?: readonly string[];
}

/** A manifest with every way to write what is offered. */
export const COMPLETED_MANIFEST = `apiVersion: fleet.skywire/v1
operators:
  anna: { key: x }
keys:
    kim: a
whitelists: { guests: [kim], admins: [desk] }
roles:
  base: { settings: { log_level: info } }
  exit:
    apps:
      vpn-server: { running: true }
visors:
    # key: x
    desk:
        key: b
        tags: [home, "attic"]
        apps:
            my-app:
                running: true
    "shop-1": { key: c, tags: [shop], apps: { cam: { args: [a, b] }, door: { running: true } } }
    shop-2:
        tags:
        - shop
        - window
policy:
    shall: 1
`;

/** What stands in the folder beside it. */
export const COMPLETED_FILES: readonly string[] = ["plan.json", "tag"];

const TRUST_PATHS = ["trust.allow_rpc_exec", "trust.dmsgscp", "trust.hypervisors", "trust.pty"];

export const COMPLETION_QUESTIONS: readonly CompletionQuestion[] = [
  { words: ["ver"], want: ["verify"] },
  { words: ["ledger", "pul"], want: ["pull"] },
  { words: ["completion", ""], want: ["bash", "zsh", "fish", "powershell"] },
  { words: ["plan", "--on", ""], want: ["all", "desk", "shop-1", "shop-2", "tag:", "role:"] },
  { words: ["plan", "--on", "sh"], want: ["shop-1", "shop-2"] },
  { words: ["plan", "--on", "desk,sh"], want: ["desk,shop-1", "desk,shop-2"] },
  { words: ["plan", "--on", "tag:"], want: ["tag:home", "tag:attic", "tag:shop", "tag:window"] },
  { words: ["plan", "--on", "tag:sh"], want: ["tag:shop"] },
  { words: ["plan", "--on", "desk,tag:ho"], want: ["desk,tag:home"] },
  { words: ["plan", "--on", "role:e"], want: ["role:exit"] },
  { words: ["plan", "--on=sh"], want: ["--on=shop-1", "--on=shop-2"] },
  { words: ["plan", "--on=tag:sh"], want: ["--on=tag:shop"] },
  { words: ["app", "start", ""], has: ["my-app", "cam", "door", "vpn-server", "skychat"] },
  { words: ["app", "start", "my-app", "--on", "desk", "do"], want: ["door"] },
  { words: ["app", "set", "cam", "ru"], want: ["running="] },
  { words: ["app", "set", "cam", "running=t"], want: ["running=true"] },
  { words: ["app", "set", ""], has: ["cam"] },
  { words: ["app", "autostart", ""], want: ["on", "off"] },
  { words: ["app", "autostart", "on", "ca"], want: ["cam"] },
  { words: ["tag", "add", ""], want: ["home", "attic", "shop", "window"] },
  { words: ["role", "assign", ""], want: ["base", "exit"] },
  { words: ["log", "--kind", "re"], want: ["receipt", "revert"] },
  { words: ["log", "--operator", ""], want: ["anna"] },
  { words: ["plan", "--output", "s"], want: ["summary", "sarif"] },
  { words: ["plan", "--via", ""], want: ["dmsg", "skynet"] },
  { words: ["plan", "--only", "des"], want: ["desk/"] },
  { words: ["plan", "--only", "desk/trust."], want: TRUST_PATHS.map((path) => `desk/${path}`) },
  { words: ["plan", "--only", "desk/apps.my-app.ru"], want: ["desk/apps.my-app.running"] },
  { words: ["plan", "--only", "tag:shop/settings.log"], want: ["tag:shop/settings.log_level"] },
  { words: ["ignore", "desk/trust.p"], want: ["desk/trust.pty"] },
  { words: ["whitelist", "add", "k"], want: ["kim"] },
  { words: ["ledger", "pull", ""], want: ["anna"] },
  { words: ["app", "set", "cam", "netifc=t"], want: [] },
  { words: ["log", "--path", "trust.p"], want: ["trust.pty"] },
  { words: ["explain", "apps.cam.ru"], want: ["apps.cam.running"] },
  { words: ["explain", "visors.des"], want: ["visors.desk"] },
  { words: ["explain", "visors.desk.trust.p"], want: ["visors.desk.trust.pty"] },
  { words: ["plan", "--on", "shop-1,"], has: ["shop-1,desk", "shop-1,tag:"] },
  { words: ["plan", "--on", "!ta"], want: ["!tag:"] },
  { words: ["adopt", "--sections", "trust,ap"], want: ["trust,apps"] },
  { words: ["lint", "--rule", "unused-r"], want: ["unused-role"] },
  { words: ["operator", "add", ""], want: [] },
  { words: ["schema", "ev"], want: ["event"] },
  { words: ["health", ""], want: [] },
  { words: ["log", "--since", ""], want: [] },
  { words: ["log", ""], want: [] },
  { words: ["tag", "add", "home", ""], want: [] },
  { words: ["plan", "--timeout", ""], want: [] },
  { words: ["tag", "add", "ta"], want: [] },
  { words: ["blame", "k"], want: [] },
  { words: ["blame", "key"], want: [] },
  { words: ["blame", "d"], want: ["desk"] },
  { words: ["plan", "--ti"], want: ["--timeout"] },
  { words: ["fmt", "--ch"], want: ["--check"] },
  { words: ["help", "ver"], want: ["verify"] },
  { words: ["--no-color", "ledger", "pul"], want: ["pull"] },
  { words: ["nonsense", ""], want: [] },
  { words: ["ledger", "nonsense", ""], want: [] },
];

/** The same where the shell itself offers files. */
export const FILE_QUESTIONS: readonly CompletionQuestion[] = [
  { words: ["plan", "fl"], want: ["fleet.yaml"] },
  { words: ["plan", "--out", "pl"], want: ["plan.json"] },
  { words: ["plan", "--out=pl"], want: ["--out=plan.json"] },
];
