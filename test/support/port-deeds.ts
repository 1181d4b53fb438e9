// What is done to the served ports of two visors.
import { t } from "../../src/skywire/gob/index.ts";
import { keyOf } from "./manifest-text.ts";
import { call, KIM, LEE, other, register, restart, type Row, update } from "./visor-deeds.ts";

const SERVED = { LocalPort: 3000, Whitelist: [KIM], Skynet: true, DMSG: true };

/** Records of served ports, and their sockets. */
export const PORT_ROWS: readonly Row[] = [
  {
    title: "A3: a port over dmsg is closed, and is open to everybody until the restart",
    deeds: [register(SERVED), call("DeregisterTCPPort", 8080)],
  },
  {
    title: "A3: and closed after it",
    deeds: [register(SERVED), call("DeregisterTCPPort", 8080), restart],
  },
  {
    title: "A3: a record that shuts everybody out",
    deeds: [register(SERVED), update({ LocalPort: 3000, Whitelist: [keyOf("own")] })],
  },
  {
    title: "A3: which is moved, keeps its socket until the restart",
    deeds: [register(SERVED), update({ ...SERVED, LocalPort: 4000 })],
  },
  {
    title: "A3: by a proxy address it is led elsewhere at once",
    deeds: [
      register(SERVED),
      update({ ...SERVED, LocalPort: 4000, ProxyAddr: "127.0.0.1:4000", Whitelist: [] }),
    ],
  },
  {
    title: "A3: after the restart it has the local port of its record",
    deeds: [register(SERVED), update({ ...SERVED, LocalPort: 4000 }), restart],
  },
  {
    title: "A3: dmsg that is switched on by an update waits for the restart",
    deeds: [
      register({ ...SERVED, DMSG: false }),
      update(SERVED),
      register({ ...SERVED, Port: 8081, LocalPort: 0, DMSG: false }),
      register({ ...SERVED, Port: 8081, LocalPort: 0 }),
    ],
  },
  {
    title: "A3: the web port is no listener of its own",
    deeds: [
      register({ Port: 80, LocalPort: 3000, DMSG: true, Whitelist: [KIM] }),
      update({ Port: 80, LocalPort: 4000, DMSG: true, Whitelist: [KIM] }),
    ],
  },
  {
    title: "A3: the web port without a local port, and closed again",
    deeds: [register({ Port: 80, Whitelist: [LEE] }), call("DeregisterTCPPort", 80)],
  },
  {
    title: "A9: a registration replaces what is there, and keeps the socket",
    deeds: [register(SERVED), register({ LocalPort: 5000, Skynet: true, DMSG: true })],
  },
  {
    title: "A11: ports are listed by their number",
    deeds: [register({ Port: 8081 }), register(SERVED), register({ Port: 80 })],
  },
  {
    title: "A9: texts of ports that cannot be, or are not there",
    deeds: [
      register({ Port: 0 }),
      register({ Port: 65_536 }),
      update({ Port: 9 }),
      call("DeregisterTCPPort", 9),
      other("RegisterTCPPort", t.int as never, 8081),
    ],
  },
];
