// What a manifest may say of apps: every way to one end is judged alike, and what is read is what a program reads.
import { describe, expect, it, test } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { formatSectionsYaml, lintManifest, loadManifest } from "../../../src/manifest/index.ts";
import { keyOf, manifest } from "../../support/manifest-text.ts";
import { seenApp, seenVisor } from "../../support/reconcile-builders.ts";

const KIM = "keys: { kim: $kim }\n";

function codesOf(apps: string, more = ""): readonly string[] {
  const text = manifest(`visors:\n  laptop:\n    key: $laptop\n    apps: { ${apps} }\n${more}`);
  return loadManifest(utf8(text), "fleet.yaml").diagnostics.map(({ code }) => code);
}

describe("the remote terminal", () => {
  it.each([
    "pty: { running: false }",
    "pty: { present: false }",
    "pty: { auto_start: false }",
    "pty: { binary: sh }",
    "pty: { args: [app, skychat] }",
    "mine: { binary: pty, auto_start: false }",
    "shell: { binary: skywire, args: [app, pty], auto_start: false }",
    "shell: { binary: /opt/PTY.exe, running: false }",
  ])("9.8: cannot be ended by %s", (apps) => {
    expect(codesOf(apps)).toContain("manifest/pty-app");
  });

  it.each([
    "pty: { auto_start: true, running: true }",
    "pty: { binary: skywire, args: [app, pty] }",
  ])("9.8: may be kept by %s", (apps) => {
    expect(codesOf(apps)).toEqual([]);
  });
});

describe("arguments", () => {
  it.each([
    { apps: "vpn-server: { args: ['-secure=true'] }", code: "manifest/option-form" },
    {
      apps: "foo: { binary: skywire, args: [app, vpn-client, '-killswitch'] }",
      code: "manifest/option-form",
    },
    { apps: "vpn-server: { args: ['--secure=on'] }", code: "manifest/option-form" },
    { apps: "skychat: { args: [--addr, ':9001'] }", code: "manifest/option-field" },
    {
      apps: "foo: { binary: skywire, args: [app, vpn-server, '--netifc=eth0'] }",
      code: "manifest/option-field",
    },
  ])("A1: $apps is refused with $code", ({ apps, code }) => {
    expect(codesOf(apps)).toEqual([code]);
  });

  it("9.2: need not say the words that the launcher keeps by itself", () => {
    const text = manifest(
      "visors:\n  laptop:\n    key: $laptop\n    apps: { skychat: { args: [app, skychat, --x] } }\n",
    );
    const [visor] = loadManifest(utf8(text), "fleet.yaml").desired?.visors ?? [];
    expect(visor?.leaves.get("apps.skychat.args")).toMatchObject({ value: ["--x"] });
  });
});

describe("an exit", () => {
  it("9.1: that another program starts can be said to be open, and nothing else", () => {
    expect(codesOf("foo: { binary: sh, args: [-c, skysocks], whitelist: anyone }")).toEqual([]);
    expect(codesOf("foo: { binary: sh, args: [-c, skysocks], whitelist: [kim] }", KIM)).toEqual([
      "manifest/app-field",
    ]);
  });

  test("R3: of a release without whitelists is not shown as open to everybody", () => {
    const { launcherMode: _, ...old } = seenApp("skysocks", { running: true });
    const of2024 = formatSectionsYaml(seenVisor(1, { apps: [old] }));
    const of2026 = formatSectionsYaml(seenVisor(1, { apps: [seenApp("skysocks")] }));
    expect([of2024.includes("anyone"), of2026.includes("anyone")]).toEqual([false, true]);
  });

  test("F11: that a visor has twice is shown once, as a remark", () => {
    const apps = [
      seenApp("skysocks", { rawArgs: ["--whitelist", keyOf("kim")] }),
      seenApp("skysocks"),
    ];
    const text = formatSectionsYaml(seenVisor(1, { apps }));
    expect(text.match(/skysocks/g)).toHaveLength(1);
    expect(text).toContain("twice");
  });
});

describe("skychat's address", () => {
  it.each([":8001", "*:8001", "127.0.0.1:8001", "localhost:1025", "'[::1]:65535'"])(
    "A10: may be %s",
    (address) => {
      expect(codesOf(`skychat: { address: '${address.replaceAll("'", "")}' }`)).toEqual([]);
    },
  );

  it.each(["8001", ":80", ":65536", "example.org:8001", "127.0.0.1", ":8001x", "1.2.3:8001"])(
    "A10: cannot be %s",
    (address) => {
      expect(codesOf(`skychat: { address: '${address}' }`)).toEqual(["manifest/app-address"]);
    },
  );
});

describe("an app and a setting of one thing", () => {
  const lint = (body: string): readonly string[] =>
    lintManifest(manifest(body), "fleet.yaml").findings.map(({ rule }) => rule);
  const visor = (fields: string): string => `visors:\n  laptop: { key: $laptop, ${fields} }\n`;

  it.each([
    "apps: { dmsgweb: { running: false } }, settings: { dmsg_web.enable: true }",
    "apps: { dmsgweb: { running: true } }, settings: { dmsg_web.enable: false }",
    "apps: { skynetweb: { present: false } }, settings: { skynet_web.enable: true }",
    "apps: { skynetweb: { auto_start: true } }, settings: { skynet_web.enable: false }",
    "apps: { skynetweb: { running: false } }, settings: { dmsg_web.enable: true }",
  ])("A10: contradict each other: %s", (fields) => {
    expect(lint(visor(fields))).toContain("app-and-setting");
  });

  it.each([
    "apps: { dmsgweb: { running: true } }, settings: { dmsg_web.enable: true }",
    "apps: { dmsgweb: { running: false } }, settings: { dmsg_web.enable: false }",
    "apps: { skychat: { running: false } }, settings: { dmsg_web.enable: true }",
  ])("A10: agree: %s", (fields) => {
    expect(lint(visor(fields))).not.toContain("app-and-setting");
  });
});
