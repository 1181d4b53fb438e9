// What the other stages use of observing.
export {
  type Observation,
  observeFleet,
  routeOf,
  toObserved,
  toSeenVisor,
  wantsOf,
} from "./observe-fleet.ts";
