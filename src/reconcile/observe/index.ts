export { mapLimited } from "./map-limited.ts";
export {
  type Observation,
  observeFleet,
  type ObserveInput,
  PARALLEL_READS,
  routeOf,
  toObserved,
  wantsOf,
} from "./observe-fleet.ts";
export { toSeenVisor } from "./seen-visor.ts";
