import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import {
  changeRelayNote,
  isTimeToTry,
  readRelayNotes,
  type RelayNote,
} from "../../../src/replicas/relay-notes.ts";
import { testKeys } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const PATH = "/state/relays/notes.json";
const { feed } = testKeys("owner");
const ROOT = { seq: 9, root: "cd".repeat(32) };
const NOTE = {
  whole: { seq: 3, root: "ab".repeat(32), size: 12, atMs: 1_790_000_000_000 },
  triedAtMs: 1_790_000_005_000,
  failures: 2,
  says: "it cannot be reached",
};

describe("when a relay is tried again", () => {
  it.each([
    [0, 0],
    [1, 5],
    [2, 10],
    [3, 20],
    [6, 160],
    [8, 640],
    [9, 900],
    [500, 900],
  ])("after %d failures in a row: %d seconds later", (failures, seconds) => {
    const note = { ...NOTE, failures };
    const nextMs = NOTE.triedAtMs + seconds * 1_000;
    expect(isTimeToTry(note, nextMs)).toBe(true);
    expect(isTimeToTry(note, nextMs - 1)).toBe(seconds === 0);
  });

  it("9.8: at once, where the last try is said to lie ahead: a clock was wrong", () => {
    const dayMs = 24 * 60 * 60 * 1_000;
    expect(isTimeToTry(NOTE, NOTE.triedAtMs - dayMs)).toBe(true);
    expect(isTimeToTry(NOTE, NOTE.triedAtMs + 9_999)).toBe(false);
    expect(isTimeToTry(NOTE, NOTE.triedAtMs + 10_000)).toBe(true);
  });
});

describe("notes about relays", () => {
  it("are read as they were written", async () => {
    const files = new MemoryFiles();
    const notes = new Map<string, RelayNote>([
      ["127.0.0.1:8870", NOTE],
      ["10.0.0.5:8870", { ...NOTE, whole: { ...NOTE.whole, within: ROOT } }],
      ["[::1]:8870", { triedAtMs: 5, failures: 0, says: "it holds Root 3" }],
    ]);
    for (const [relay, note] of notes)
      await changeRelayNote({ files, path: PATH, feed }, relay, () => note);
    expect(await readRelayNotes(files, PATH, feed)).toEqual(notes);
  });

  it.each([
    ["no JSON", "{"],
    ["no UTF-8", "\u{fffd}"],
    ["another format", '{"format":"fleet.skywire/relay-notes/v2","relays":{}}'],
    ["no object", "[]"],
    [
      "a note without its time",
      `{"format":"fleet.skywire/relay-notes/v1","feed":"${feed}","relays":{"a":{"failures":0,"says":""}}}`,
    ],
    [
      "a Root within none",
      `{"format":"fleet.skywire/relay-notes/v1","feed":"${feed}","relays":{"a":${JSON.stringify({ ...NOTE, whole: { ...NOTE.whole, within: 9 } })}}}`,
    ],
  ])("are forgotten when they are %s: the relays are asked again", async (_, text) => {
    const files = new MemoryFiles();
    await files.replace(PATH, text === "\u{fffd}" ? Uint8Array.of(0xff) : utf8(text));
    expect(await readRelayNotes(files, PATH, feed)).toEqual(new Map());
  });

  it("7: of release 0.1.0 prove nothing: what it called held was asked for in part", async () => {
    const files = new MemoryFiles();
    const { whole: held, ...rest } = NOTE;
    const relays = { "127.0.0.1:8870": { held, ...rest } };
    const old = { format: "fleet.skywire/relay-notes/v1", feed, relays };
    await files.replace(PATH, utf8(JSON.stringify(old)));
    const notes = await readRelayNotes(files, PATH, feed);
    expect(notes.get("127.0.0.1:8870")).toMatchObject({ ...rest, held });
    expect(notes.get("127.0.0.1:8870")?.whole).toBeUndefined();
  });

  it("7: about relays that are worked on at the same time are all kept", async () => {
    const files = new MemoryFiles();
    const place = { files, path: PATH, feed };
    const relays = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"];
    await Promise.all(relays.map((relay) => changeRelayNote(place, relay, () => NOTE)));
    expect([...(await readRelayNotes(files, PATH, feed)).keys()]).toEqual(relays);
  });

  it("of another feed are not ours", async () => {
    const files = new MemoryFiles();
    await changeRelayNote({ files, path: PATH, feed }, "127.0.0.1:8870", () => NOTE);
    expect(await readRelayNotes(files, PATH, testKeys("somebody else").feed)).toEqual(new Map());
  });
});
