// The door of skywire/embedded: visors of our own, for trying, for tests and for the demo.
export { APP_BEHAVIOURS, type AppBehaviour } from "./app-behaviour.ts";
export type { BehindBack, VisorInside } from "./control.ts";
export { connectControl, type ControlCommand, type RemoteControl } from "./control-protocol.ts";
export { type EmbeddedFile, readEmbeddedFile } from "./embedded-file.ts";
export {
  type EmbeddedFleet,
  type EmbeddedVisorInfo,
  startEmbeddedFleet,
} from "./embedded-fleet.ts";
export { defaultMix, type EmbeddedFleetOptions, type EmbeddedVisorSpec } from "./fleet-spec.ts";
export { type Makeable, parseMakeable } from "./makeable.ts";
