// Methods of 2026 on served ports.
import { type Schema, t } from "../gob/index.ts";
import { read } from "./methods-read.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import { plainPort, type ServedPorts } from "./served-ports.ts";
import { servedForwardedPort } from "./wire-2026.ts";

/** Methods of 2026 on served ports. Source: visorapi/args.go, api_network.go, forwarded_ports.go. */
export const PORT_METHODS: readonly ReleaseMethod[] = [
  read("ListForwardedPorts", t.list(servedForwardedPort), "dies", ({ instance }) =>
    [...instance.ports.records.values()].sort((left, right) => left.Port - right.Port),
  ),
  read("ListTCPPorts", t.list(t.int), "dies", ({ instance }) =>
    [...instance.ports.records.values()]
      .filter(({ Skynet }) => Skynet)
      .map(({ Port }) => Port)
      .sort((left, right) => left - right),
  ),
  portMethod("RegisterForwardedPort", servedForwardedPort, (ports, record) =>
    ports.register(record),
  ),
  portMethod("UpdateForwardedPort", servedForwardedPort, (ports, record) => ports.update(record)),
  portMethod("RegisterTCPPort", t.int, (ports, port) => ports.register(plainPort(port))),
  portMethod("DeregisterTCPPort", t.int, (ports, port) => ports.deregister(port)),
];

function portMethod<A>(
  name: string,
  args: Schema<A>,
  write: (ports: ServedPorts, argument: A) => void,
): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance }, argument) => {
      write(instance.ports, argument);
      await instance.savePorts();
      return {};
    },
  });
}
