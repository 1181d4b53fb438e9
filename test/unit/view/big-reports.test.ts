// What is said of a big fleet after the plan: reports, status and drift say once what many visors have alike.
import { describe, expect, it } from "vitest";
import type { ObservedVisor } from "../../../src/model/index.ts";
import type { ApplyReport, VisorReport } from "../../../src/reconcile/index.ts";
import {
  applyText,
  driftText,
  plainPaint,
  statusText,
  unreadText,
} from "../../../src/view/index.ts";
import { bigPlan, keyNumber } from "../../support/big-plan.ts";

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");

function report(size: number): ApplyReport {
  const visors = Array.from({ length: size }, (_, at): VisorReport => {
    const failed = at >= size - 3;
    return {
      key: keyNumber(at + 1),
      name: `shop-${at + 1}`,
      outcomes: [
        { path: "settings.log_level", outcome: "done", step: "a" },
        {
          path: "settings.min_hops",
          step: "a",
          outcome: failed ? "failed" : "done",
          ...(failed ? { found: 0, note: "the visor said no" } : {}),
        },
      ],
    };
  });
  return {
    format: "fleet.skywire/apply-report/v1",
    plan: `sha256:${"1".repeat(64)}`,
    visors,
    counts: {
      changes: size * 2,
      done: size * 2 - 3,
      "done-after-restart": 0,
      unverified: 0,
      stale: 0,
      unreachable: 0,
      unsupported: 0,
      refused: 0,
      failed: 3,
      visorsChanged: size,
      visorsUnreachable: 0,
    },
    interrupted: false,
    left: [],
    head: { size: 9, root: "a".repeat(64) },
    exit: 1,
  };
}

describe("5.1: an apply on 100 visors", () => {
  it("5.1: is at most 12 lines and says at its end what failed, where, and what to do", () => {
    const text = applyText(report(100), {}, plainPaint);
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
    expect(linesOf(text).slice(-3, -1)).toEqual([
      "! failed: 3 changes on shop-98 to shop-100",
      "    next: see why above and mend it, then fleet apply --on shop-98,shop-99,shop-100",
    ]);
  });
});

describe("5.1: status of 100 visors", () => {
  it("5.1: has one row for those that answer alike", () => {
    const visors = Array.from({ length: 100 }, (_, at) => ({
      kind: "seen",
      key: keyNumber(at + 1),
      route: { kind: "bridge", scheme: "dmsg", port: 65 },
      release: { version: "v1.3.94" },
      apps: [{ name: "vpn-server", running: true }],
    })) as unknown as readonly ObservedVisor[];
    const names = Object.fromEntries(visors.map(({ key }, at) => [key, `shop-${at + 1}`]));
    const text = statusText(visors, names, plainPaint);
    expect(linesOf(text).length).toBeLessThanOrEqual(6);
    expect(text).toContain("shop-1 to shop-100");
  });
});

describe("5.1: visors that a new manifest could not take in", () => {
  it("5.1: are named once where the reason is the same", () => {
    const why = "nobody answers";
    const away = Array.from({ length: 40 }, (_, at) => ({ name: `shop-${at + 1}`, why }));
    expect(unreadText([...away, { name: "desk", why: "it is starting" }])).toBe(
      "? 40 visors could not be read: nobody answers\n    shop-1 to shop-40\n" +
        "? desk could not be read: it is starting\n",
    );
  });
});

describe("5.1: drift of 100 visors", () => {
  it("5.1: is at most 12 lines where all differ alike", () => {
    const text = driftText(bigPlan(100), plainPaint);
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
    expect(text).toContain("100 visors: settings.log_level info -> debug");
  });
});
