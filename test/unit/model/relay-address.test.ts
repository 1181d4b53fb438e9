import { describe, expect, it } from "vitest";
import { checkRelayAddress } from "../../../src/model/index.ts";

describe("the address of a relay", () => {
  it.each([
    { text: "127.0.0.1:8870", want: ["127.0.0.1:8870", "127.0.0.1", 8870] },
    { text: "203.0.113.9:1", want: ["203.0.113.9:1", "203.0.113.9", 1] },
    { text: "255.255.255.254:65535", want: ["255.255.255.254:65535", "255.255.255.254", 65_535] },
    { text: "[::1]:8870", want: ["[::1]:8870", "::1", 8870] },
    { text: "[0:0:0:0:0:0:0:1]:8870", want: ["[::1]:8870", "::1", 8870] },
    { text: "[2001:DB8::00ff]:80", want: ["[2001:db8::ff]:80", "2001:db8::ff", 80] },
    {
      text: "[2001:db8:0:0:1:0:0:1]:80",
      want: ["[2001:db8::1:0:0:1]:80", "2001:db8::1:0:0:1", 80],
    },
    { text: "[1:2:3:4:5:6:7::]:80", want: ["[1:2:3:4:5:6:7:0]:80", "1:2:3:4:5:6:7:0", 80] },
    { text: "[64:ff9b::192.0.2.33]:80", want: ["[64:ff9b::c000:221]:80", "64:ff9b::c000:221", 80] },
  ])("$text is taken, in one form", ({ text, want: [whole, host, port] }) => {
    expect(checkRelayAddress(text)).toEqual({ text: whole, host, port });
  });

  it.each([
    { text: "relay.example.org:8870", fault: "name", isName: true },
    { text: "localhost:8870", fault: "name", isName: true },
    { text: "localhost", fault: "name", isName: true },
    { text: "127.0.0.1", fault: "port is missing", isName: false },
    { text: "127.0.0.1:", fault: "port is missing", isName: false },
    { text: ":8870", fault: "address is missing", isName: false },
    { text: "127.0.0.1:0", fault: "no port", isName: false },
    { text: "127.0.0.1:65536", fault: "no port", isName: false },
    { text: "127.0.0.1:08870", fault: "no port", isName: false },
    { text: "127.0.0.1:99999999999999999999", fault: "no port", isName: false },
    { text: "127.0.0.256:80", fault: "no IP address", isName: false },
    { text: "127.0.0.01:80", fault: "no IP address", isName: false },
    { text: "127.1:80", fault: "no IP address", isName: false },
    { text: "2130706433:80", fault: "no IP address", isName: false },
    { text: "0.0.0.0:80", fault: "listening", isName: false },
    { text: "[::]:80", fault: "listening", isName: false },
    { text: "::1:8870", fault: "brackets", isName: false },
    { text: "::1", fault: "brackets", isName: false },
    { text: "[::1]", fault: "brackets", isName: false },
    { text: "[1::2::3]:80", fault: "no IP address", isName: false },
    { text: "[1:2:3]:80", fault: "no IP address", isName: false },
    { text: "[1:2:3:4:5:6:7:8:9]:80", fault: "no IP address", isName: false },
    { text: "[1:2:3:4:5:6:7:8::]:80", fault: "no IP address", isName: false },
    { text: "[:1:2:3:4:5:6:7]:80", fault: "no IP address", isName: false },
    { text: "[12345::]:80", fault: "no IP address", isName: false },
    { text: "[192.0.2.33::1]:80", fault: "no IP address", isName: false },
    { text: "[fe80::1%eth0]:80", fault: "no IP address", isName: false },
    { text: "[::ffff:127.0.0.1]:80", fault: "four numbers", isName: false },
    { text: "[127.0.0.1]:80", fault: "no IP address", isName: false },
    { text: "tcp://127.0.0.1:80", fault: "no IP address with a port", isName: false },
    { text: "/run/relay.sock", fault: "no IP address with a port", isName: false },
    { text: "", fault: "no IP address with a port", isName: false },
  ])("$text is refused", ({ text, fault, isName }) => {
    expect(checkRelayAddress(text)).toEqual({ fault: expect.stringContaining(fault), isName });
  });
});
