import { describe, expect, it } from "vitest";
import { desiredOf, diagnosticLine, load } from "../../support/manifest-text.ts";
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
    const leaf = desiredOf(text).visors[0]?.leaves.get("settings.dmsg_web.proxy_addr");
    expect(leaf).toMatchObject({ value: host });
    expect(leaf).not.toHaveProperty("anyone");
  });

  it("A4: is open to everybody where that is written", () => {
    const text = oneVisor(
      "    settings: { dmsg_web.enable: true, dmsg_web.proxy_addr: { host: 192.168.1.50, whitelist: anyone } }\n",
    );
    const leaf = desiredOf(text).visors[0]?.leaves.get("settings.dmsg_web.proxy_addr");
    expect(leaf).toMatchObject({ value: "192.168.1.50", anyone: true });
  });
});
