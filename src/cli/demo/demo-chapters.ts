// The chapters of `fleet demo`, in order: a new one is a row here.
import { tellLedgerStory } from "./demo-ledger-story.ts";
import { tellShort } from "./demo-short.ts";
import type { DemoStage } from "./demo-stage.ts";
import { tellAccess, tellDrift, tellFirstFleet, tellRecord, tellRefusals } from "./demo-story.ts";

/** A part of the demo that can be played alone. */
export interface Chapter {
  /** What it is asked for by, one word. */
  readonly name: string;
  /** What it shows, in a few words. */
  readonly about: string;
  /** Plays it on an empty stage. */
  readonly tell: (stage: DemoStage) => Promise<void>;
}

/** What `fleet demo` plays when nothing is named. */
export const FIRST_CHAPTER: Chapter = {
  name: "short",
  about: "one edit, its plan, apply, somebody else's change, a refused lock-out",
  tell: tellShort,
};

/** All chapters, in the order of `fleet demo --all`. */
export const CHAPTERS: readonly Chapter[] = [
  FIRST_CHAPTER,
  {
    name: "fleet",
    about: "12 visors from the first key on; one lies, one is dead",
    tell: tellFirstFleet,
  },
  { name: "drift", about: "a change behind our back, and a plan in a file", tell: tellDrift },
  { name: "refusals", about: "manifests that are refused", tell: tellRefusals },
  { name: "access", about: "who can manage what, and tests of it", tell: tellAccess },
  {
    name: "relays",
    about: "two operators, a lost machine, relays that lie",
    tell: tellLedgerStory,
  },
  { name: "record", about: "what was recorded, and one changed byte", tell: tellRecord },
];
