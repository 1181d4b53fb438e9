// The demo's chapter about relays: two operators, a machine that is lost, and relays that lie.
import { beginApplied, MANIFEST } from "./demo-begin.ts";
import type { Actor, DemoStage } from "./demo-stage.ts";

/** A second operator, in a folder and home of their own. */
const BEN: Actor = { folder: "ben", home: "home-ben" };
/** A machine that got a copy of the owner's key, against the rule. */
const TWIN: Actor = { folder: "twin", home: "home-twin" };
/** Somebody without a key. */
const READER: Actor = { folder: "reader", home: "home-reader" };
const NOBODY: Actor = { folder: "empty", home: "home-nobody" };
const VISORS = 4;
const CHANGED = "shop-1";

/** The chapter that is about where the ledger lives. */
export async function tellLedgerStory(stage: DemoStage): Promise<void> {
  await beginApplied(stage, VISORS);
  const relays = await beginRelays(stage);
  const feed = await twoOperators(stage, relays);
  await lostState(stage, relays);
  await lies(stage, relays, feed);
}

/** Two relays, by address. */
type Relays = readonly [string, string];

async function beginRelays(stage: DemoStage): Promise<Relays> {
  stage.tell("Two relays keep copies of the ledger; any Skywire CXO daemon could be one");
  const first = await stage.startRelay("relay-1", ["ledger", "serve", "--open"]);
  const second = await stage.startRelay("relay-2", ["ledger", "serve", "--open"]);
  stage.tell("A second operator makes a key on another machine; the owner puts the line in");
  const line = await stage.run(["keygen", "--name", "ben"], { exit: 0, says: ["feed:"] }, BEN);
  const own = /^ {2}ben: .*$/m.exec(line)?.[0] ?? "";
  const manifest = await stage.read(MANIFEST);
  await stage.write(
    MANIFEST,
    manifest
      .replace(/^(operators:\n.*\n)/m, `$1${own}\n`)
      .replace(/^(roles:)$/m, `ledger: { relays: ["${first}", "${second}"] }\n\n$1`),
  );
  stage.tell("Who may sign changes, which is asked about apart; the ledger is on both relays then");
  await stage.run(["apply", "--yes"], { exit: 4, says: ["--allow-keyset-change"] });
  await stage.run(["apply", "--yes", "--allow-keyset-change"], {
    exit: 0,
    says: ["the ledger is on 2 of 2 relays"],
  });
  await stage.run(["ledger", "status"], { exit: 3, says: ["Held by 2 of 2 relays."] });
  return [first, second];
}

async function twoOperators(stage: DemoStage, [first]: Relays): Promise<string> {
  stage.tell("Both want another log level; ben's plan is made before the owner applies");
  await share(stage, (text) => text.replace("log_level: debug", "log_level: warn"));
  await stage.run(["plan", "--out", "plan.json"], { exit: 0, says: ["signed by ed25519:"] }, BEN);
  await stage.run(["apply", "--yes"], { exit: 0, says: ["the ledger is on 2 of 2 relays"] });
  stage.tell("Ben's plan had not seen what the owner recorded: refused as stale (exit 5)");
  await stage.run(
    ["apply", "plan.json"],
    { exit: 5, says: ["recorded entry", "had not seen"] },
    BEN,
  );
  stage.tell("With a new plan it is his turn; both see one history");
  await share(stage, (text) => text.replace("log_level: warn", "log_level: info"));
  await stage.run(["apply", "--yes"], { exit: 0, says: ["Applied:"] }, BEN);
  await stage.run(["ledger", "pull"], { exit: 0, says: ["Brought up to date: 1 of 1 ledger."] });
  await stage.run(["log", "--last", "8"], { exit: 0, says: [" ben "] });
  await stage.run(["blame", CHANGED, "settings.log_level"], { exit: 0, says: ["ben"] });
  await stage.run(["verify"], { exit: 0, says: ["Verified: 2 ledgers"] });
  const status = await stage.run(["ledger", "status"], { exit: 0, says: [first] });
  return /feed ([0-9a-f]{66})/.exec(status)?.[1] ?? "";
}

async function lostState(stage: DemoStage, [first]: Relays): Promise<void> {
  stage.tell(
    "The owner's machine is lost; the key comes back from its kept copy, the rest is gone",
  );
  await stage.remove("home/state");
  await stage.run(["log"], { exit: 4, says: ["fleet ledger restore"] });
  await stage.run(["ledger", "restore", "--from", first], { exit: 0, says: ["Restored:"] });
  await stage.run(["verify"], { exit: 0, says: ["Verified:"] });
  await stage.run(["ledger", "pull"], { exit: 0 });
  await stage.run(["blame", CHANGED, "settings.log_level"], { exit: 0, says: ["set by"] });
}

async function lies(stage: DemoStage, [first]: Relays, feed: string): Promise<void> {
  const restore = ["ledger", "restore", "--feed", feed, "--from"];
  stage.tell("A relay gives other bytes than were asked for: named, nothing is kept (exit 4)");
  await stage.stopRelay("relay-2");
  await stage.copy("relay-2", "relay-old");
  const wrong = await stage.startRelay("relay-2", ["embedded", "relay", "wrong-bytes"]);
  await stage.run([...restore, wrong], { exit: 4, says: ["lies: wrong-bytes"] }, READER);
  await stage.stopRelay("relay-2");
  stage.tell("It holds objects back");
  const missing = await stage.startRelay("relay-2", ["embedded", "relay", "missing-object"]);
  await stage.run([...restore, missing], { exit: 3, says: ["hollow"] }, READER);
  await stage.stopRelay("relay-2");
  stage.tell("It shows an older Root than a reader has seen");
  await share(stage, (text) => text.replace("log_level: info", "log_level: warn"));
  await stage.run(["apply", "--yes"], { exit: 0, says: ["the ledger is on 1 of 2 relays"] });
  await stage.run([...restore, first], { exit: 0, says: ["Restored:"] }, READER);
  const older = await stage.startRelay("relay-old", ["ledger", "serve", "--open"]);
  await stage.run([...restore, older], { exit: 4, says: ["lies: older-root"] }, READER);
  stage.tell("It shows a second Root of one number, which a machine with a copied key made");
  await stage.copy("home", TWIN.home);
  await stage.copy("fleet", TWIN.folder);
  await stage.run(["ledger", "heartbeat"], { exit: 0, says: ["1 of 2 relays"] });
  await stage.run([...restore, first], { exit: 0, says: ["Restored:"] }, READER);
  await stage.stopRelay("relay-1");
  const other = await stage.startRelay("relay-3", ["ledger", "serve", "--open"]);
  await stage.run(["ledger", "heartbeat"], { exit: 0, says: ["0 of 2 relays"] }, TWIN);
  await stage.run(["ledger", "publish", "--relay", other], { exit: 0 }, TWIN);
  const said = await stage.run(
    [...restore, other],
    { exit: 4, says: ["lies: second-root", "is kept in"] },
    READER,
  );
  stage.tell("What the key signed twice proves itself, in an empty folder, with public keys only");
  const file = /is kept in (\S+\.json)/.exec(said)?.[1] ?? "";
  await stage.run(
    ["ledger", "evidence", file],
    { exit: 0, says: ["two different states"] },
    NOBODY,
  );
}

/** Changes the manifest that both operators have from one repository. */
async function share(stage: DemoStage, change: (text: string) => string): Promise<void> {
  const text = change(await stage.read(MANIFEST));
  await stage.write(MANIFEST, text);
  await stage.write("ben/fleet.yaml", text);
}
