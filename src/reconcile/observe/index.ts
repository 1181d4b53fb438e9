// What the other stages use of observing.
export {
  type Observation,
  observeFleet,
  type ObserveInput,
  routeOf,
  toObserved,
  toSeenVisor,
  wantsOf,
} from "./observe-fleet.ts";
