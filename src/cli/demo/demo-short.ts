// The first chapter of the demo, for somebody with a handful of visors and twenty seconds.
import { beginApplied, MANIFEST } from "./demo-begin.ts";
import type { DemoStage } from "./demo-stage.ts";

const VISORS = 4;
/** The chat role is on one visor of four, so that the plan is of one visor. */
const CHAT = "skychat: { running: true }";
const CHAT_VISOR = "shop-2";
const LOCKED = "shop-1";

/** One edit, its plan, apply; somebody else's change, found and undone; a lock-out that is refused. */
export async function tellShort(stage: DemoStage): Promise<void> {
  await beginApplied(stage, VISORS);
  stage.tell("You change one line of your manifest, fleet.yaml");
  await stage.edit(MANIFEST, CHAT, CHAT.replace("true", "true, auto_start: false"));
  stage.tell("The plan says what that changes, where, and which line wants it");
  await stage.run(["plan"], {
    exit: 0,
    says: [
      "apps.skychat.auto_start  true -> false",
      "role chat",
      "Plan: 1 visor changes (0 add, 1 change",
    ],
  });
  stage.tell("Apply writes it, reads it back, and records it under your key");
  await stage.run(["apply", "--yes"], {
    exit: 0,
    says: ["Applied: 1 of 1 change done"],
    shows: { top: 0, end: 2 },
  });
  stage.tell("Somebody else stops the chat there; drift names it, and what you can do");
  await stage.run(["embedded", "change", CHAT_VISOR, "app", "skychat", "stop"], { exit: 0 });
  await stage.run(["drift"], {
    exit: 0,
    says: [
      `fleet apply --only ${CHAT_VISOR}/apps.skychat.running`,
      "Drift: 1 change by others on 1 visor",
    ],
  });
  stage.tell("A line that would lock you out of a visor: refused, even with --yes (exit 4)");
  await stage.edit(MANIFEST, "admins: [laptop, desk]", "admins: [desk]");
  await stage.run(["apply", "--yes", "--on", LOCKED], {
    exit: 4,
    says: [`refused: lock-out on ${LOCKED}`, "nothing was written"],
    shows: { top: 8, end: 1 },
  });
}
