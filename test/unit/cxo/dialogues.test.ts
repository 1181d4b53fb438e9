import { describe, expect, test } from "vitest";
import { cxoWireVectors } from "../../support/cxo-wire.ts";
import { replayAsClient } from "../../support/dialogue-client.ts";
import { replayAgainstNode } from "../../support/dialogue-node.ts";

const DIALOGUES = [...cxoWireVectors().dialogues];

describe("our node in the recorded node's place", () => {
  test.each(DIALOGUES)("$name", async (dialogue) => {
    const end = await replayAgainstNode(dialogue);
    // A 2026 node refuses what the original takes here, and so does ours.
    expect(end).toBe(dialogue.name.startsWith("foreign Pub") ? "foreign Root refused" : "whole");
  });
});

describe("our connection in the recorded clients' place", () => {
  const rows = DIALOGUES.flatMap((dialogue) =>
    dialogue.clients.map((client) => ({
      name: `${dialogue.name}: ${client.name}`,
      dialogue,
      client,
    })),
  );
  test.each(rows)("$name", async ({ dialogue, client }) => {
    const { sent, received } = await replayAsClient(dialogue, client.name);
    expect(sent).toBeGreaterThan(1);
    expect(received).toBeGreaterThan(1);
  });
});
