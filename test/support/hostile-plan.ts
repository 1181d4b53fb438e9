import type { Digest, VisorKey } from "../../src/core/index.ts";
import type { Plan } from "../../src/model/index.ts";
import type { MarkdownFacts } from "../../src/view/index.ts";
import { aChange, aChangingVisor, aPlanVisor } from "./plan-literals.ts";
import { aRichPlan } from "./rich-plan.ts";
import { keyAt, placeAt } from "./reconcile-builders.ts";

/** A plan in which every text that a manifest, a visor or a plan file can bring is this one. */
export function hostilePlan(text: string): Plan {
  const place = { file: text, line: 3, column: 2 };
  const rich = aRichPlan();
  const change = aChange({
    path: text,
    before: text,
    after: [text, { [text]: text }],
    risk: "trust",
    reason: { place, role: text, note: text },
    drift: { sinceEntry: 3 },
  });
  const element = aChange({ path: text, element: text, op: "remove", risk: "trust", step: "c" });
  const secret = aChange({ path: text, secrets: [`env:${text}`], risk: "app" });
  const plain = aChangingVisor(1, [change, element, secret]);
  return {
    ...rich,
    tool: text,
    fleet: text,
    manifest: {
      path: text,
      digest: rich.digest,
      commit: text,
      dirty: true,
      file: text,
      changed: {
        commit: text,
        author: text,
        at: text,
        signature: { kind: "good", by: "gpg", signer: text, key: text },
      },
    },
    created: text,
    keysetChanges: [text],
    history: { known: false, why: text },
    names: { [keyAt(0)]: text, [keyAt(1)]: text, [keyAt(2)]: text },
    overrides: { allowTrustLoss: [text] },
    decision: text as Digest,
    digest: text as Digest,
    visors: [
      {
        ...plain,
        name: text,
        observed: { at: text, digest: rich.digest, version: text, startedAt: text },
        unsupported: [{ path: text, why: text, place }],
        notCompared: [text],
        awaitingRestart: [{ path: text, sinceEntry: 1 }],
        released: [{ path: text, trust: true, value: text, how: text }],
      },
      aPlanVisor(2, {
        name: text,
        status: "unreachable",
        unseen: { reason: text, detail: text, next: text },
      }),
      aPlanVisor(3, {
        name: text,
        status: "impostor",
        unseen: { reason: text, detail: text, next: text },
      }),
    ],
    releasedVisors: [
      { key: text as VisorKey, released: [{ path: text, trust: true, value: text, how: text }] },
    ],
    refusals: hostileRefusals(text),
  };
}

function hostileRefusals(text: string): Plan["refusals"] {
  return [
    {
      guard: "would-open",
      visor: keyAt(1),
      path: text,
      message: text,
      measured: text,
      limit: text,
      place: { file: text, line: 3, column: 2 },
      override: text,
      next: text,
    },
    {
      guard: "removals",
      message: text,
      measured: text,
      limit: text,
      place: placeAt(0),
      next: text,
    },
  ];
}

/** The same where nothing refuses, so that the command that applies it is shown. */
export function hostileApplyable(text: string): Plan {
  return { ...hostilePlan(text), refusals: [], applyable: true };
}

/** What a command line can bring. */
export function hostileFacts(text: string): MarkdownFacts {
  const asked = { guard: "keyset-change", count: 1, question: text, override: text } as const;
  return { selection: text, unanswered: [asked] };
}

/** Texts that mean something to a runner, a renderer or a parser. */
export const HOSTILE_TEXTS: readonly string[] = [
  "::error file=a,line=1::owned",
  "\n::set-output name=a::b\n",
  "\r::add-mask::x",
  " ::stop-commands::x",
  "##[set-output name=a]b",
  "##vso[task.setvariable variable=a]b",
  "a%0A::error::b,c:d",
  "title=x,file=y::z",
  "</code></summary></details><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "&lt;b&gt; &amp; &#64;octocat",
  "@octocat and @org/team",
  "#123 GH-123 owner/repo#5 5d41402abc4b2a76b9719d911017c592ae23c1f0",
  "https://evil.example/ www.evil.example a@b.example mailto:a@b.example",
  "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
  "| a | b |\n|---|---|",
  "`code` ``` ```` ~~~",
  "\n```\n# heading\n",
  "**bold** _em_ ~~gone~~ \\",
  "- [ ] task\n1. one\n> quote\n***",
  "\\| \\` \\\\|",
  "--> <!-- --!>",
  "]]><![CDATA[ x ]]>",
  "\"'/><testcase name='x'/>",
  "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
  '"}],"x":[{"a":"',
  "{0} {1} [a](0)",
  "\u202egnp.exe\u2066\u200b\u200d\u2060\ufeff\u00ad\u061c",
  "\u{e0041}\u{e007f}\ufffe\uffff\ud800",
  "\u0000\u0007\u001b[2J\u009b1m\u2028\u2029\u0085",
  "\u00a0\u3000\u3164\u115f",
  "$(rm -rf ~) `id` ; & | 'quoted' \"q\" \\",
  "-rf",
  "--yes",
  "",
  " ",
  "é".repeat(1_500),
  "\u{1f600}".repeat(700),
  "<`|".repeat(400),
];
