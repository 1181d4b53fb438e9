import { describe, expect, it } from "vitest";
import { desiredOf, diagnosticLine, keyOf, load } from "../../support/manifest-text.ts";
import { oneVisor } from "../../support/refusals.ts";

function faults(settings: string): readonly string[] {
  return load(oneVisor(`    settings: { ${settings} }\n`)).diagnostics.map(diagnosticLine);
}

describe("A4: the address of a web proxy", () => {
  it.each([
    { value: '"127.0.0.1:4445"', why: "with a port" },
    { value: '"[::1]:4445"', why: "with brackets and a port" },
    { value: '"a b"', why: "with a space" },
    { value: '"socks5://127.0.0.1"', why: "with a scheme" },
    { value: '"300.1.1.1"', why: "that is no address" },
  ])("A4: $value is refused, $why", ({ value }) => {
    const found = faults(`dmsg_web.enable: true, dmsg_web.proxy_addr: ${value}`);
    expect(found).toEqual([expect.stringContaining("manifest/value")]);
  });

  it.each([
    { value: "{ host: 0.0.0.0 }", why: "of the network without the word anyone" },
    { value: "{ whitelist: anyone }", why: "that is missing" },
  ])("A4: $value is refused, $why", ({ value }) => {
    const found = faults(`dmsg_web.enable: true, dmsg_web.proxy_addr: ${value}`);
    expect(found).toEqual([expect.stringMatching(/manifest\/(value|missing-key)/)]);
  });

  it("A4: is refused where the manifest does not say whether the proxy runs", () => {
    expect(faults('skynet_web.proxy_addr: "127.0.0.1"')).toEqual([
      expect.stringContaining("manifest/turns-on skynet_web.proxy_addr"),
    ]);
  });

  it.each(["127.0.0.1", "localhost", "::1", "127.0.0.2"])("A4: %s is this machine", (host) => {
    const text = oneVisor(
      `    settings: { dmsg_web.enable: true, dmsg_web.proxy_addr: "${host}" }\n`,
    );
    const field = desiredOf(text).visors[0]?.leaves.get("settings.dmsg_web.proxy_addr");
    expect(field).toMatchObject({ value: host });
    expect(field).not.toHaveProperty("anyone");
  });

  it("A4: is open to everybody where that is written", () => {
    const text = oneVisor(
      "    settings: { dmsg_web.enable: true, dmsg_web.proxy_addr: { host: 192.168.1.50, whitelist: anyone } }\n",
    );
    const field = desiredOf(text).visors[0]?.leaves.get("settings.dmsg_web.proxy_addr");
    expect(field).toMatchObject({ value: "192.168.1.50", anyone: true });
  });
});

describe("A11: newly owned", () => {
  it("A11: names of visors stand for the keys of persistent transports", () => {
    const text = oneVisor(
      "    settings: { persistent_transports: [{ pk: laptop, type: stcpr }, { pk: $desk, type: dmsg }] }\n",
    );
    const desired = desiredOf(text);
    const field = desired.visors[0]?.leaves.get("settings.persistent_transports");
    expect(field).toMatchObject({
      value: [
        { pk: desired.visors[0]?.key, type: "stcpr" },
        { pk: keyOf("desk"), type: "dmsg" },
      ],
    });
  });

  it.each([
    { value: "[{ pk: laptop }]", code: "missing-key" },
    { value: "[{ pk: laptop, type: carrier-pigeon }]", code: "value" },
    { value: "[{ pk: nobody, type: dmsg }]", code: "unknown-name" },
    { value: "[{ pk: all, type: dmsg }]", code: "one-key" },
    { value: "[{ pk: laptop, type: dmsg, port: 1 }]", code: "unknown-key" },
    { value: "[{ pk: laptop, type: dmsg }, { pk: laptop, type: dmsg }]", code: "value" },
  ])("A11: persistent_transports: $value is refused", ({ value, code }) => {
    expect(faults(`persistent_transports: ${value}`)).toEqual([
      expect.stringContaining(`manifest/${code} `),
    ]);
  });

  it("A11: trust over files and commands stands with the other trust", () => {
    const text = oneVisor("    trust: { dmsgscp: [$desk], allow_rpc_exec: false }\n");
    const fields = desiredOf(text).visors[0]?.leaves;
    expect(fields?.get("trust.dmsgscp")).toMatchObject({ kind: "set", exact: true });
    expect(fields?.get("trust.allow_rpc_exec")).toMatchObject({ kind: "value", value: false });
  });
});

describe("A10: a web proxy by both of its names", () => {
  it("A10: is refused where its app and its setting say opposite things", () => {
    const text = (running: boolean): string =>
      oneVisor(
        `    apps: { dmsgweb: { running: ${running} } }\n    settings: { dmsg_web.enable: true }\n`,
      );
    expect(load(text(true)).diagnostics).toEqual([]);
    expect(load(text(false)).diagnostics.map(diagnosticLine)).toEqual([
      "7:17 manifest/contradiction apps.dmsgweb.running and dmsg_web.enable are one proxy, and say opposite things of it",
    ]);
  });
});
