import { describe } from "vitest";
import { manifest } from "../../support/manifest-text.ts";
import { oneVisor, type Refusal, testRefusals } from "../../support/refusals.ts";

const OPEN: readonly Refusal[] = [
  {
    name: "an empty whitelist of an app",
    text: oneVisor("    apps: { skysocks: { running: true, whitelist: [] } }\n"),
    want: ["manifest/open-to-everybody 6:40"],
    next: "whitelist: anyone",
  },
  {
    name: "an empty whitelist of a port",
    text: oneVisor("    ports: { 80: { whitelist: [] } }\n"),
    want: ["manifest/open-to-everybody 6:20"],
  },
  {
    name: "a whitelist that is only the visor itself",
    text: oneVisor("    apps: { skysocks: { whitelist: [laptop] } }\n"),
    want: ["manifest/open-to-everybody 6:25"],
  },
  {
    name: "a port whitelist that is only the visor itself, by selection",
    text: oneVisor("    ports: { 80: { whitelist: [all] } }\n"),
    want: ["manifest/open-to-everybody 6:20"],
  },
  {
    name: "anyone inside a list",
    text: oneVisor("    apps: { skysocks: { whitelist: [anyone] } }\n"),
    want: ["manifest/unknown-name 6:37"],
    next: "without brackets",
  },
  {
    name: "arguments with an empty whitelist",
    text: oneVisor('    apps: { skysocks: { args: ["--whitelist="] } }\n'),
    want: ["manifest/open-to-everybody 6:25"],
  },
  {
    name: "arguments whose whitelist has no value",
    text: oneVisor("    apps: { vpn-server: { args: [--whitelist, --secure] } }\n"),
    want: ["manifest/open-to-everybody 6:27"],
  },
  {
    name: "anyone and single members",
    text: manifest(
      "roles:\n  a: { apps: { skysocks: { whitelist: anyone } } }\nkeys: { kim: $kim }\nvisors:\n  laptop:\n    key: $laptop\n    roles: [a]\n    apps: { skysocks: { whitelist: { add: [kim] } } }\n",
    ),
    want: ["manifest/contradiction 10:44"],
    related: [4],
  },
];

const SECRETS: readonly Refusal[] = [
  {
    name: "a secret written in plain behind its option",
    text: oneVisor("    apps: { skychat: { args: [--internal-token, hunter2] } }\n"),
    want: ["manifest/plain-secret 6:49"],
    shown: "--internal-token",
    next: "env:NAME",
  },
  {
    name: "a secret written in plain in its option",
    text: oneVisor("    apps: { skychat: { args: [--passcode=1234] } }\n"),
    want: ["manifest/plain-secret 6:31"],
    shown: "--passcode",
    next: "two elements",
  },
  {
    name: "a secret written in plain as variable",
    text: oneVisor("    apps: { cam: { env: { CAM_PASSWORD: hunter2, CAM_NAME: a } } }\n"),
    want: ["manifest/plain-secret 6:27"],
    shown: "CAM_PASSWORD",
  },
  ...["CAM_TOKEN hunter2", "CAM_TOKEN:hunter2", "CAM_TOKEN=hunter2"].map((entry) => ({
    name: `a secret whose colon was forgotten: ${entry.slice(0, 10)}`,
    text: oneVisor(`    apps: { cam: { env: { ${entry} } } }\n`),
    want: /\w:\w/.test(entry)
      ? ["manifest/syntax 6:37"]
      : ["manifest/empty 6:27", "manifest/variable-name 6:27"],
    shown: undefined,
  })),
  {
    name: "variables as a list",
    text: oneVisor("    apps: { cam: { env: [CAM_TOKEN=hunter2] } }\n"),
    want: ["manifest/value 6:25"],
    shown: undefined,
  },
  {
    name: "arguments as one text",
    text: oneVisor("    apps: { cam: { args: --token hunter2 } }\n"),
    want: ["manifest/value 6:26"],
    shown: undefined,
  },
  {
    name: "variables with too few spaces before them",
    text: oneVisor("    apps:\n      cam:\n        env:\n        CAM_TOKEN: hunter2\n"),
    want: ["manifest/syntax 9:9"],
  },
  {
    name: "a secret key in plain under any name",
    text: oneVisor(`    apps: { cam: { args: [--id, "${"5f".repeat(32)}"] } }\n`),
    want: ["manifest/plain-secret 6:33"],
    shown: "--id",
  },
  {
    name: "an address with a password",
    text: oneVisor(
      '    settings: { dmsg_web.upstream_socks: "socks5://me:hunter2@1.2.3.4:1080" }\n',
    ),
    want: ["manifest/plain-secret 6:42"],
    shown: undefined,
  },
  {
    name: "a reference in a field that is none",
    text: oneVisor("    reward_address: env:ADDRESS\n"),
    want: ["manifest/secret-not-allowed 6:21"],
    shown: "env:ADDRESS",
  },
  {
    name: "a reference among members",
    text: oneVisor('    trust: { pty: ["file:keys.txt"] }\n'),
    want: ["manifest/secret-not-allowed 6:20"],
  },
  {
    name: "a reference behind an option that nothing hides",
    text: oneVisor("    apps: { cam: { args: [--auth, env:CAM] } }\n"),
    want: ["manifest/secret-not-allowed 6:35"],
  },
  ...[
    "file:../token",
    "file:/etc/token",
    "file:a/../../b",
    "file:~/token",
    "file:a\\b",
    "file:",
  ].map((ref) => ({
    name: `${ref} leaves the folder`,
    text: oneVisor(`    apps: { cam: { env: { CAM_TOKEN: '${ref}' } } }\n`),
    want: ["manifest/secret-reference 6:38"],
    next: "relative to the manifest",
  })),
  {
    name: "a reference to no variable",
    text: oneVisor("    apps: { cam: { env: { CAM_TOKEN: 'env:A-B' } } }\n"),
    want: ["manifest/secret-reference 6:38"],
  },
];

const APPS: readonly Refusal[] = [
  {
    name: "a field of another program",
    text: oneVisor("    apps: { vpn-client: { secure: true } }\n"),
    want: ["manifest/app-field 6:27"],
    next: "vpn-server",
  },
  {
    name: "a typed field of a program nobody knows",
    text: oneVisor("    apps: { my-exit: { whitelist: anyone } }\n"),
    want: ["manifest/app-field 6:24"],
    next: "binary",
  },
  {
    name: "an option given both ways",
    text: oneVisor('    apps: { skychat: { address: ":8001", args: ["-addr=:8002"] } }\n'),
    want: ["manifest/option-twice 6:42"],
    shown: "--addr",
    related: [6],
  },
  {
    name: "a field beside present: false",
    text: oneVisor("    apps: { skychat: { present: false, running: true } }\n"),
    want: ["manifest/contradiction 6:40"],
    related: [6],
  },
  ...["running", "present"].map((field) => ({
    name: `the pty app with ${field}: false`,
    text: oneVisor(`    apps: { pty: { ${field}: false } }\n`),
    want: ["manifest/pty-app 6:20"],
  })),
  {
    name: "an argument above 128 KiB",
    text: oneVisor(`    apps: { cam: { args: ["${"x".repeat(128 * 1024)}"] } }\n`),
    want: ["manifest/argument-size 6:27"],
  },
];

describe("lists open to everybody", () => {
  testRefusals(OPEN);
});

describe("secrets", () => {
  testRefusals(SECRETS);
});

describe("apps", () => {
  testRefusals(APPS);
});
