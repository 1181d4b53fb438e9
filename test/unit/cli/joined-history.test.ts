import { beforeAll, describe, expect, it } from "vitest";
import { replicaFolderOf } from "../../../src/cli/ledger/feeds.ts";
import {
  joinedHistory,
  type JoinHistory,
  rememberingHistory,
} from "../../../src/cli/ledger/joined-history.ts";
import { createLedger, type Ledger, readLedger } from "../../../src/ledger/index.ts";
import {
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const FLEET = "home";
const HOME = { FLEET_HOME: "/user/fleet" };
const friend = testKeys("friend");

/** An operator's disk with a ledger of some entries, and what asks it again and again. */
interface Disk {
  readonly files: MemoryFiles;
  readonly ledger: Ledger;
  readonly ask: (join: JoinHistory) => ReturnType<JoinHistory>;
}

async function disk(): Promise<Disk> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  return {
    files,
    ledger,
    ask: async (join) => {
      const { keys } = ledgerOptions(files);
      const open = await readLedger({ files, folder: FOLDER, feed: keys.feed, keys });
      const of = { ledger: open, fleet: FLEET, source: undefined };
      return await join({ keys, ledgerFolder: FOLDER }, of, { files, env: HOME });
    },
  };
}

describe("a remembered history", () => {
  let here: Disk;
  beforeAll(async () => {
    here = await disk();
  });

  it("is read once while no ledger grows", async () => {
    const join = rememberingHistory();
    const first = await here.ask(join);
    expect((await here.ask(join)).history).toBe(first.history);
    expect((await here.ask(joinedHistory)).history).not.toBe(first.history);
  });

  it("tells of an entry that came since", async () => {
    const join = rememberingHistory();
    const before = await here.ask(join);
    await here.ledger.append([plainKeyset(FLEET), testIntent(FLEET, "attic")]);
    const after = await here.ask(join);
    expect([before, after].map(({ history }) => history.known && history.head)).toEqual([1, 3]);
    expect(after.heads).toEqual([]);
  });

  it("tells of a copy that came since, and notes one that cannot be read any longer", async () => {
    const join = rememberingHistory();
    const alone = await here.ask(join);
    const folder = replicaFolderOf(friend.feed, { files: here.files, env: HOME });
    const copy = await createLedger(ledgerOptions(here.files, { keys: friend, folder }));
    await copy.close();
    const both = await here.ask(join);
    expect(both.heads.map(({ feed, size }) => ({ feed, size }))).toEqual([
      { feed: friend.feed, size: 1 },
    ]);
    expect(both.history).not.toBe(alone.history);
    for (const [path, { bytes }] of here.files.files) if (path.startsWith(folder)) bytes.fill(0);
    const notes = async (): Promise<readonly string[]> => (await here.ask(join)).notes;
    expect(await notes()).toEqual([expect.stringContaining("cannot be read")]);
    expect(await notes()).toEqual(await notes());
  });
});
