// Names that JavaScript's own objects have are names like any other.
import { describe, expect, it } from "vitest";
import { desiredOf, load } from "../../support/manifest-text.ts";
import { oneVisor } from "../../support/refusals.ts";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];

describe("names of every object", () => {
  it("9.8: a variable of an app's environment may have any of them", () => {
    const env = NAMES.map((name) => `${name}: x-${name}`).join(", ");
    const [visor] = desiredOf(oneVisor(`    apps: { skychat: { env: { ${env} } } }\n`)).visors;
    const field = visor?.leaves.get("apps.skychat.env");
    const value = field?.kind === "value" ? field.value : null;
    expect(new Map(Object.entries(value ?? {}))).toEqual(
      new Map(NAMES.map((name) => [name, `x-${name}`])),
    );
  });

  it.each(NAMES)("9.8: %s as an unknown key is told as any other", (name) => {
    const { diagnostics } = load(`${name}: 1\n${oneVisor(`    ${name}: 1\n`)}`);
    const found = diagnostics.filter(({ code }) => code === "manifest/unknown-key");
    expect(found.map(({ text }) => text)).toEqual([name, name]);
    for (const { next } of found) expect(next).toMatch(/^keys here are /);
  });
});
