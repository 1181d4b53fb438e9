// Four chapters of the demo: a first fleet, drift, refused manifests, and the record.
import { beginApplied, MANIFEST } from "./demo-begin.ts";
import type { DemoStage } from "./demo-stage.ts";

const VISORS = 12;
/** Enough for a chapter that is about something else than many visors. */
const FEW = 4;
const LIAR = "shop-4";
const DEAD = "shop-5";
const CHANGED = "shop-1";

/** From the first key to a fleet that is as its manifest says, with a visor that lies and one that is dead. */
export async function tellFirstFleet(stage: DemoStage): Promise<void> {
  await beginFleet(stage);
  await firstApply(stage);
  await secondApply(stage);
}

async function beginFleet(stage: DemoStage): Promise<void> {
  stage.tell(`A fleet of ${VISORS} visors of three releases, on this machine only`);
  await stage.startFleet(VISORS);
  stage.tell("A key for this machine, and an empty ledger");
  await stage.run(["keygen"], { exit: 0, says: ["ed25519:", "One key per machine"] });
  stage.tell("A first manifest; three visors are too old to be read on the usual port (exit 3)");
  await stage.run(["init"], {
    exit: 3,
    says: ["3 not readable; who manages 9 of them is owned, as it is"],
  });
  stage.tell(
    "With the line that init's comment shows they are read too; all is as it was found, the plan is empty",
  );
  const manifest = await stage.read(MANIFEST);
  await stage.write(MANIFEST, manifest.replaceAll(/# (rpc: \{)/g, "$1"));
  await stage.run(["plan"], { exit: 0, says: ["No changes."] });
}

async function firstApply(stage: DemoStage): Promise<void> {
  stage.tell("A manifest that wants something: trust, settings, two apps, by role");
  await stage.write(MANIFEST, await stage.run(["embedded", "sample"], { exit: 0 }));
  await stage.run(["validate"], { exit: 0, says: ["Valid: fleet embedded"] });
  await stage.run(["explain", `visors.${CHANGED}.settings`], { exit: 0, says: ["role modern"] });
  stage.tell(`Before we apply, ${LIAR} becomes a liar (says yes, does nothing) and ${DEAD} dies`);
  await stage.run(["embedded", "make", LIAR, "lying"], { exit: 0 });
  await stage.run(["embedded", "make", DEAD, "dead"], { exit: 0 });
  stage.tell(
    "The plan: every change with its reason; the dead one is named, not an error (exit 3)",
  );
  await stage.run(["plan"], {
    exit: 3,
    says: [`? ${DEAD}`, "Plan: 11 visors change", "1 unreachable"],
  });
  stage.tell("Apply: the liar failed, the dead one is unreachable, the rest is done (exit 6)");
  await stage.run(["apply", "--yes"], { exit: 6, says: ["Applied:", "failed", "1 unreachable"] });
}

async function secondApply(stage: DemoStage): Promise<void> {
  stage.tell("A second plan names just these two");
  await stage.run(["plan"], {
    exit: 3,
    says: [LIAR, DEAD, "Plan: 1 visor changes"],
    saysNot: ["shop-1 ", "desk"],
  });
  stage.tell("The liar becomes honest, the dead one starts");
  await stage.run(["embedded", "make", LIAR, "honest"], { exit: 0 });
  await stage.run(["embedded", "make", DEAD, "honest"], { exit: 0 });
  await stage.run(["apply", "--yes"], { exit: 0, says: ["0 failed, 0 unreachable"] });
  await stage.run(["plan"], { exit: 0, says: ["No changes."] });
}

/** Somebody else's change is found, and taken back by a plan that was kept in a file. */
export async function tellDrift(stage: DemoStage): Promise<void> {
  await beginApplied(stage, FEW);
  stage.tell("Somebody changes a visor behind our back");
  await stage.run(["embedded", "change", CHANGED, "config", "log_level", "error"], { exit: 0 });
  stage.tell("Drift names it, apart from what we want ourselves");
  await stage.run(["drift", "--detailed-exitcode"], {
    exit: 2,
    says: ["Changed by others", CHANGED, "error -> debug", "Drift: 1 change by others on 1 visor"],
  });
  stage.tell("A plan kept in a file is signed, so applying it asks nothing");
  await stage.run(["plan", "--out", "plan.json"], { exit: 0, says: ["signed by ed25519:"] });
  await stage.run(["apply", "plan.json"], { exit: 0, says: ["Applied: 1 of 1 change done"] });
  await stage.run(["drift"], { exit: 0, says: ["No drift."] });
}

/** Manifests that would do harm are refused. */
export async function tellRefusals(stage: DemoStage): Promise<void> {
  await beginApplied(stage, FEW);
  const manifest = await stage.read(MANIFEST);
  stage.tell("A manifest that would lock this machine out is refused (exit 4)");
  const lockOut = manifest
    .replace("hypervisors: [admins] }", "hypervisors: [desk] }")
    .replace("pty: [admins] }", "pty: [desk] }");
  await stage.write("fleet/lock-out.yaml", lockOut);
  await stage.run(["plan", "lock-out.yaml"], {
    exit: 4,
    says: ["refused: lock-out", "--allow-trust-loss"],
  });
  stage.tell("One that would open an exit to everybody is refused (exit 64)");
  await stage.write("fleet/open.yaml", manifest.replace("whitelist: [guests]", "whitelist: []"));
  await stage.run(["plan", "open.yaml"], { exit: 64, says: ["whitelist: anyone"] });
}

/** Who can manage what, and tests of it that a plan may not break. */
export async function tellAccess(stage: DemoStage): Promise<void> {
  await beginApplied(stage, FEW);
  stage.tell("Who can manage what, by which list, directly or through whom");
  await stage.run(["trust"], { exit: 0, says: ["trust.hypervisors", "pushed by"] });
  await stage.run(["trust", "shop-1", "--path", "desk"], {
    exit: 0,
    says: ["desk manages shop-1 by trust.hypervisors."],
  });
  stage.tell("The manifest says who must get in and who must not, and the visors are asked");
  const tests = [
    "  - { key: laptop, manages: all }",
    "  - { key: shop-2, manages: shop-1, is: false }",
    "  - { controllers: 2, on: all }",
  ];
  const manifest = await stage.read(MANIFEST);
  await stage.write(MANIFEST, `${manifest}expect:\n${tests.join("\n")}\n`);
  await stage.run(["expect", "--live"], { exit: 0, says: ["Tests of access: 3 of 3 met."] });
  stage.tell("An edit that would let somebody in who must not get in is refused (exit 4)");
  await stage.edit(MANIFEST, "admins: [laptop, desk]", "admins: [laptop, desk, shop-2]");
  await stage.run(["plan"], {
    exit: 4,
    says: ["refused: expect", "shop-2 manages shop-1 by trust.hypervisors"],
  });
}

/** What was recorded, and what becomes of it when somebody changes a byte. */
export async function tellRecord(stage: DemoStage): Promise<void> {
  await beginApplied(stage, FEW);
  stage.tell("Everything was signed and recorded");
  await stage.run(["log", "--last", "6"], { exit: 0, says: ["receipt"] });
  await stage.run(["verify"], { exit: 0, says: ["Verified:"] });
  if (stage.isStopped) return;
  stage.tell("Somebody changes one byte of the ledger, and verify names it (exit 4)");
  await stage.damageLedger();
  await stage.run(["verify"], { exit: 4, says: ["Not verified:"] });
  stage.tell("The visors end");
  await stage.run(["embedded", "stop"], { exit: 0 });
}
