import { expect, it } from "vitest";
import { remoteText } from "../../../src/skywire/visor/remote-text.ts";

it.each([
  { name: "the value of a variable", sent: ["TOKEN=hunter22"], text: 'bad env "hunter22"' },
  {
    name: "the value of an option",
    sent: ["--passcode=hunter22"],
    text: "unknown flag value hunter22",
  },
  {
    name: "a whole element",
    sent: ["--passcode", "hunter22"],
    text: "flag needs an argument: hunter22",
  },
  {
    name: "a value with escaped quotes",
    sent: ['hun"ter22'],
    text: String.raw`bad value "hun\"ter22"`,
  },
])("a visor that gives back $name does not have it shown", ({ sent, text }) => {
  expect(remoteText(text, sent)).not.toMatch(/hun\\?"?ter22/);
});
