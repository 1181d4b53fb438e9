import { describe } from "vitest";
import { oneVisor, type Refusal, testRefusals } from "../../support/refusals.ts";

const VALUES: readonly Refusal[] = [
  {
    name: "an unknown key",
    text: oneVisor("    trsut: { pty: [all] }\n"),
    want: ["manifest/unknown-key 6:5"],
    shown: "trsut",
    next: 'did you mean "trust"?',
  },
  {
    name: "a section below the wrong key",
    text: oneVisor("    hypervisors: [all]\n"),
    want: ["manifest/unknown-key 6:5"],
    next: "trust: { hypervisors",
  },
  ...["expect", "transports", "files", "feeds"].map((key) => ({
    name: `${key} is not enforced yet`,
    text: oneVisor(`    ${key}: [a]\n`),
    want: ["manifest/not-supported 6:5"],
    shown: key,
  })),
  ...["policy: { approvals: 2 }", "policy: { canary: 1 }"].map((line) => ({
    name: `${line} is not enforced yet`,
    text: oneVisor("", `${line}\n`),
    want: [`manifest/not-supported 3:${line.includes("{") ? line.indexOf("{") + 3 : 1}`],
  })),
  {
    name: "may: approve is not enforced yet",
    text: oneVisor(
      "",
      `operators: { me: { key: "ed25519:${"5f".repeat(32)}", may: [plan, approve] } }\n`,
    ),
    want: ["manifest/not-supported 3:113"],
    shown: "approve",
    next: "plan, apply and witness",
  },
  ...["port", "user", "work_dir", "restart_policy", "passcode"].map((field) => ({
    name: `the app field ${field} is not supported`,
    text: oneVisor(`    apps: { skychat: { ${field}: 1 } }\n`),
    want: ["manifest/not-supported 6:24"],
    shown: field,
  })),
  {
    name: "a mistyped app field",
    text: oneVisor("    apps: { skychat: { autostart: true } }\n"),
    want: ["manifest/unknown-key 6:24"],
    next: 'did you mean "auto_start"?',
  },
  ...["log_level:", "log_level: ~", "log_level: null", 'log_level: ""'].map((line) => ({
    name: `an empty value: ${line}`,
    text: oneVisor(`    settings:\n      ${line}\n`),
    want: ["manifest/empty 7:7"],
    shown: "log_level",
  })),
  {
    name: "an empty list of trust",
    text: oneVisor("    trust: { pty: [] }\n"),
    want: ["manifest/empty 6:14"],
    next: "remove: […]",
  },
  { name: "an empty section", text: oneVisor("    apps: {}\n"), want: ["manifest/empty 6:5"] },
  { name: "an empty member", text: oneVisor("    tags: [a, ~]\n"), want: ["manifest/empty 6:15"] },
  {
    name: "yes for true",
    text: oneVisor("    apps: { skychat: { running: yes } }\n"),
    want: ["manifest/value 6:33"],
    shown: "yes",
    next: "true or false",
  },
  {
    name: "a word for a list",
    text: oneVisor("    trust: { pty: laptop }\n"),
    want: ["manifest/value 6:19"],
    next: "[laptop, desk]",
  },
  {
    name: "an exact survey list",
    text: oneVisor("    survey: [laptop]\n"),
    want: ["manifest/value 6:13"],
    next: "add: […], remove: […]",
  },
  {
    name: "a number among arguments, which are never shown",
    text: oneVisor("    apps: { skychat: { args: [--port, 80] } }\n"),
    want: ["manifest/value 6:39"],
    shown: undefined,
    next: "quotes",
  },
  {
    name: "a limit that is neither number nor share",
    text: oneVisor("", "policy: { max_removals: 120% }\n"),
    want: ["manifest/value 3:25"],
  },
  {
    name: "a setting with a section of its own",
    text: oneVisor("    settings: { pty.whitelist: [laptop], reward_address: x }\n"),
    want: ["manifest/setting-elsewhere 6:17", "manifest/setting-elsewhere 6:42"],
    next: "trust: { pty",
  },
  ...[
    "cli_addr",
    "sk",
    "pk",
    "local_path",
    "conf_service",
    "launcher.server_addr",
    "dmsg.servers",
  ].map((path) => ({
    name: `the setting ${path} is never written`,
    text: oneVisor(`    settings: { ${path}: x }\n`),
    want: ["manifest/setting-never 6:17"],
  })),
  {
    name: "a nested setting",
    text: oneVisor("    settings: { routing: { min_hops: 2 } }\n"),
    want: ["manifest/unknown-setting 6:17"],
    next: "routing.min_hops",
  },
  {
    name: "a setting by its last name",
    text: oneVisor("    settings: { min_hops: 2 }\n"),
    want: ["manifest/unknown-setting 6:17"],
    next: 'did you mean "routing.min_hops"?',
  },
  {
    name: "a setting of another type",
    text: oneVisor("    settings: { routing.min_hops: two, log_level: loud }\n"),
    want: ["manifest/value 6:35", "manifest/value 6:51"],
    next: "a whole number from 0 to 65535",
  },
  {
    name: "a mistyped choice",
    text: oneVisor("    settings: { log_level: inof }\n"),
    want: ["manifest/value 6:28"],
    next: 'did you mean "info"?',
  },
  {
    name: "a mistyped word",
    text: oneVisor("    ports: { 80: closde }\n"),
    want: ["manifest/value 6:18"],
    next: 'did you mean "closed"?',
  },
  {
    name: "a reward address with a wrong letter",
    text: oneVisor("    reward_address: 2iNNt6fm9LszSWe51693BeyNUKX34pPaLx9\n"),
    want: ["manifest/reward-address 6:21"],
    shown: "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx9",
  },
  {
    name: "a port that is none",
    text: oneVisor("    ports: { 70000: closed, 0x50: closed, '080': closed }\n"),
    want: ["manifest/port 6:14", "manifest/port 6:29", "manifest/port 6:43"],
  },
  {
    name: "a port with another word",
    text: oneVisor("    ports: { 80: open }\n"),
    want: ["manifest/value 6:18"],
  },
  {
    name: "a port without a whitelist",
    text: oneVisor("    ports: { 80: { label: a } }\n"),
    want: ["manifest/missing-key 6:14"],
    next: "whitelist: anyone",
  },
];

describe("values", () => {
  testRefusals(VALUES);
});
