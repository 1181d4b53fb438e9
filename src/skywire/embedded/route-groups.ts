// The route groups that a Summary of 2026 shows; ours are made up, of the size that real ones have.
import { type Schema, t } from "../gob/index.ts";
import { deploymentKeys } from "./initial-config.ts";
import { transportId } from "./transports.ts";
import { visorKey } from "./wire-keys.ts";

/** One route group as a 2026 Summary shows it. */
export interface RouteGroup {
  readonly ConsumeRuleID: number;
  readonly FwdRuleID: number;
  readonly Desc: {
    readonly DstPK: string;
    readonly SrcPK: string;
    readonly DstPort: number;
    readonly SrcPort: number;
  };
  readonly FwdNextTpID: string;
  readonly Initiator: boolean;
  readonly Hops: readonly {
    readonly TpID: string;
    readonly From: string;
    readonly To: string;
    readonly TpType: string;
  }[];
}

export const routeGroup: Schema<RouteGroup> = t.struct("visorapi.RouteGroupInfo", {
  ConsumeRuleID: t.uint32,
  FwdRuleID: t.uint32,
  Desc: t.struct("visorapi.RouteDescriptor", {
    DstPK: visorKey,
    SrcPK: visorKey,
    DstPort: t.uint16,
    SrcPort: t.uint16,
  }),
  FwdNextTpID: t.string,
  Initiator: t.bool,
  Hops: t.list(
    t.struct("visorapi.RouteHop", {
      TpID: t.string,
      From: t.string,
      To: t.string,
      TpType: t.string,
    }),
  ),
});

const GROUPS = 12;
const HOPS = 2;
const FIRST_PORT = 49_152;
let shared: readonly RouteGroup[] | undefined;

/** The route groups of a busy visor. All visors show the same ones: they only make a Summary as long as a real one. */
export function routeGroups(): readonly RouteGroup[] {
  shared ??= Array.from({ length: GROUPS }, (_, group) => {
    const keys = deploymentKeys().slice(group, group + HOPS + 1);
    const hops = keys.slice(1).map((to, index) => {
      const from = keys[index] ?? to;
      return { TpID: transportId(from, to, "stcpr"), From: from, To: to, TpType: "stcpr" };
    });
    return {
      ConsumeRuleID: group * 2 + 1,
      FwdRuleID: group * 2 + 2,
      Desc: {
        DstPK: keys[HOPS] ?? "",
        SrcPK: keys[0] ?? "",
        DstPort: 3,
        SrcPort: FIRST_PORT + group,
      },
      FwdNextTpID: hops[0]?.TpID ?? "",
      Initiator: group % 2 === 0,
      Hops: hops,
    };
  });
  return shared;
}
