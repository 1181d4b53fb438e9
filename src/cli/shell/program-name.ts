// The name and release of this program, as documents carry them.
import { FLEET_VERSION } from "../../core/index.ts";

/** How plans, entries and errors name this program. */
export const TOOL: string = `fleet ${FLEET_VERSION}`;
