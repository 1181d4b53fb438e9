import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject, utf8 } from "../../../src/core/index.ts";
import { SETTINGS } from "../../../src/model/index.ts";
import { compileAllowList, projectJson } from "../../../src/skywire/visor/config-projection.ts";
import { takeSafeConfig } from "../../../src/skywire/visor/safe-config.ts";
import { CANARY, configOf, KEYS } from "../../support/scripted-visor.ts";

const bytesOf = (value: Json): Uint8Array => utf8(JSON.stringify(value, undefined, "\t"));

/** The block with a 1 at the end of the names, however deep. */
function withOne(block: JsonObject, [name = "", ...deeper]: readonly string[]): JsonObject {
  const inner = block[name];
  const one = deeper.length === 0 ? 1 : withOne(isJsonObject(inner) ? inner : {}, deeper);
  return { ...block, [name]: one };
}

describe("taking values out of JSON", () => {
  const allowed = compileAllowList(["a", "b.c", "b.d.e", "list"]);
  const take = (text: string): ReadonlyMap<string, Json> => projectJson(utf8(text), allowed);

  it.each([
    { name: "an empty object", text: "{}", found: {} },
    { name: "a value at the top", text: '{"a": 1}', found: { a: 1 } },
    { name: "white space everywhere", text: ' {\n"a" :\t[ 1 , 2 ]\r} ', found: { a: [1, 2] } },
    {
      name: "a nested value",
      text: '{"b":{"x":{},"c":"t","d":{"e":null}}}',
      found: { b: {}, "b.c": "t", "b.d": {}, "b.d.e": null },
    },
    { name: "a block that is null", text: '{"b":null,"a":true}', found: { a: true } },
    { name: "a block that is a list", text: '{"b":[{"c":1}],"a":true}', found: { a: true } },
    {
      name: "escapes in strings that are passed over",
      text: '{"x":"\\"}{\\\\","a":"\\u0041"}',
      found: { a: "A" },
    },
    { name: "a name like an allowed one, elsewhere", text: '{"x":{"a":1},"c":2}', found: {} },
    { name: "a name written with an escape, which is not taken", text: '{"\\u0061":1}', found: {} },
    { name: "the last of two", text: '{"a":1,"a":2}', found: { a: 2 } },
  ])("finds $name", ({ text, found }) => {
    expect(Object.fromEntries(take(text))).toEqual(found);
  });

  const broken = [
    "",
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{"a" 1}',
    "[]",
    "1",
    '{"a":1}x',
    '{"a":1}{',
    '{"x":"',
    '{"x":[1,]}',
    '{"x":[1}',
    '{"a":tru}',
    '{"a":01}',
    '{"a":"\n"}',
    '{"x":}',
  ];
  it.each(broken)("refuses %j", (text) => {
    expect(() => take(text)).toThrow(expect.objectContaining({ code: "visor/config-json" }));
  });

  it("refuses values nested without end", () => {
    expect(() => take(`{"x":${"[".repeat(100_000)}`)).toThrow(
      expect.objectContaining({ code: "visor/config-json" }),
    );
  });

  it("agrees with JSON.parse on any document", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "list", "sk", "é"), fc.jsonValue()),
        (document) => {
          const found = take(JSON.stringify(document));
          for (const name of ["a", "list"]) {
            expect(found.get(name)).toEqual(
              Object.hasOwn(document, name)
                ? JSON.parse(JSON.stringify(document[name]))
                : undefined,
            );
          }
          expect([...found.keys()].filter((path) => !/^(?:a|list|b(?:\..*)?)$/.test(path))).toEqual(
            [],
          );
        },
      ),
      { seed: 20_260_914, numRuns: 500 },
    );
  });
});

describe("the safe part of a configuration", () => {
  it("holds the named lists and settings, sorted, and nothing else", () => {
    const config = takeSafeConfig(
      bytesOf(configOf(KEYS.far, { hypervisors: [KEYS.third, KEYS.local, KEYS.third] })),
    );
    expect(config).toEqual({
      pk: KEYS.far,
      version: "v1.3.94",
      hypervisors: [KEYS.local, KEYS.third],
      pty: [KEYS.local],
      survey: [KEYS.third],
      dmsgscp: [],
      allowRpcExec: false,
      unsetBlocks: ["skynet_web", "dmsgscp"],
      rewardAddress: "2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6",
      settings: {
        is_public: false,
        log_level: "info",
        "transport.public_autoconnect": true,
        "transport.stcpr_port": 0,
        "transport.sudph_port": 0,
        "routing.min_hops": 0,
        "routing.calculate_routes": true,
        "routing.transport_preference": ["stcpr", "sudph"],
        stun_servers: ["127.0.0.1:3478"],
        "hypervisor.enable": true,
        "hypervisor.enable_auth": true,
        "hypervisor.http_addr": ":8000",
        "dmsg_web.enable": false,
        "dmsg_web.proxy_addr": "",
      },
    });
  });

  it("knows the older name of the pty block, and a visor without one", () => {
    const { pty: _pty, ...without } = configOf(KEYS.far);
    expect(takeSafeConfig(bytesOf(without)).pty).toBeUndefined();
    expect(takeSafeConfig(bytesOf({ ...without, pty: null })).pty).toBeUndefined();
    expect(
      takeSafeConfig(bytesOf({ ...without, dmsgpty: { whitelist: [KEYS.third] } })).pty,
    ).toEqual([KEYS.third]);
    expect(takeSafeConfig(bytesOf({ ...without, pty: { dmsg_port: 22 } })).pty).toEqual([]);
  });

  it.each([
    { name: "no key", change: { pk: "" } },
    { name: "a key off the curve", change: { pk: `02${"0".repeat(63)}5` } },
    { name: "a list that is none", change: { hypervisors: "all" } },
    {
      name: "a list with something that is no key",
      change: { survey_whitelist: [CANARY.slice(0, 20)] },
    },
    { name: "a number for a text", change: { reward_address: 7 } },
  ])("refuses $name", ({ change }) => {
    expect(() => takeSafeConfig(bytesOf(configOf(KEYS.far, change)))).toThrow(
      expect.objectContaining({ code: "visor/config-shape" }),
    );
  });

  it("has no secret in it, and leaves none behind in the bytes", () => {
    const bytes = bytesOf(configOf(KEYS.far));
    const config = takeSafeConfig(bytes);
    expect(inspect(config, { depth: 20, showHidden: true }) + JSON.stringify(config)).not.toContain(
      CANARY,
    );
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it("tells nothing of a configuration that was cut anywhere", () => {
    const whole = bytesOf(configOf(KEYS.far));
    for (let size = 0; size < whole.length; size += 1) {
      const cut = whole.slice(0, size);
      let text = "";
      try {
        takeSafeConfig(cut);
      } catch (error) {
        expect(error).toMatchObject({ code: "visor/config-json" });
        text = inspect(error, { depth: 20, showHidden: true });
      }
      expect(text).not.toBe("");
      expect(text).not.toContain(CANARY.slice(0, 12));
      expect(cut.every((byte) => byte === 0)).toBe(true);
    }
  });

  it("covers every setting that a manifest may own", () => {
    const paths = SETTINGS.map(({ path }) => path).sort();
    let config: JsonObject = { pk: KEYS.far, version: "v1.3.50" };
    for (const path of paths) config = withOne(config, path.split("."));
    expect(Object.keys(takeSafeConfig(bytesOf(config)).settings).sort()).toEqual(paths);
  });
});
