// `fleet embedded sample`: a manifest that fits an embedded fleet, printed so that plans and applies can be tried.
import { type ExitCode, FleetError } from "../../core/index.ts";
import { type EmbeddedFile, readEmbeddedFile } from "../../skywire/embedded/index.ts";
import { DEFAULT_BRIDGE_PORT, isReleaseName, RELEASES } from "../../skywire/visor/index.ts";
import { operatorName } from "../operators/keygen.ts";
import { findOperator, type Operator } from "../ledger/operator.ts";
import type { World } from "../shell/world.ts";
import type { KeyFileChoice } from "../shell/kept-files.ts";

const GUESTS_MAX = 50;

/** Prints a manifest that owns a few things on every visor of an embedded fleet, to try plans and applies with. */
export async function embeddedSample(
  folder: string,
  keyFile: KeyFileChoice,
  world: World,
): Promise<ExitCode> {
  const file = await readEmbeddedFile(world.files, folder);
  if (file === undefined) {
    throw new FleetError("cli/no-embedded", `no embedded fleet was started in ${folder}`, {
      next: "start one with `fleet embedded up --dir DIR`, or name its folder with --dir",
      exit: 3,
    });
  }
  const operator = await findOperator(keyFile, world);
  world.terminal.out(sampleManifest(file, operator));
  if (operator === undefined) {
    world.terminal.err("there is no key here yet: `fleet keygen`, then print the sample again\n");
  }
  return 0;
}

function sampleManifest(file: EmbeddedFile, operator: Operator | undefined): string {
  const names = file.visors.map((visor) => visor.name);
  const controllers = names.slice(0, 2);
  // A list of everybody on everybody grows with the square of the fleet, and one shop alone is no guest of itself.
  const shops = file.visors.filter((visor) => tagOf(visor) === "shop").length;
  const guests = names.length <= GUESTS_MAX && shops > 1 ? "tag:shop" : "admins";
  const rows = file.visors.map((visor, index) => visorLine(visor, rolesOf(visor, index)));
  return `# yaml-language-server: $schema=./fleet.schema.json
apiVersion: fleet.skywire/v1
fleet: embedded

${operatorLines(operator)}
controllers: [${controllers.join(", ")}]       # each always keeps its way into every visor

whitelists:
  admins: [${controllers.join(", ")}]
  guests: [${guests}]

roles:
  base:                              # every release can do this
    trust: { hypervisors: [admins] } # fleet-lint-disable-line half-owned-trust -- exact; old releases do not show pty
    settings: { routing.min_hops: 0, transport.public_autoconnect: false }
  modern:                            # needs SetConfigFields
    extends: [base]
    trust: { pty: [admins] }         # the other list that gives full control
    settings: { log_level: debug }
  exit:
    apps:
      skysocks: { running: true, auto_start: true, whitelist: [guests] }
  chat:
    apps:
      skychat: { running: true }

visors:
${rows.join("\n")}
`;
}

function operatorLines(operator: Operator | undefined): string {
  if (operator === undefined) return "# operators: run `fleet keygen` and put its line here\n";
  const { operator: key, seal, feed } = operator.keys;
  return `operators:\n  ${operatorName()}: { key: "${key}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }\n`;
}

function rolesOf(visor: EmbeddedFile["visors"][number], index: number): readonly string[] {
  const base = visor.profile === "newest" ? "modern" : "base";
  if (index < 2) return [base];
  return [base, index % 2 === 0 ? "exit" : "chat"];
}

function tagOf({ name }: EmbeddedFile["visors"][number]): string {
  const tag = name.replace(/-\d+$/, "");
  return tag === name ? "home" : tag;
}

function visorLine(visor: EmbeddedFile["visors"][number], roles: readonly string[]): string {
  const port = isReleaseName(visor.profile)
    ? RELEASES[visor.profile].rpcPort.value
    : DEFAULT_BRIDGE_PORT;
  const rpc =
    port === DEFAULT_BRIDGE_PORT || port === 0 ? "" : `, rpc: { scheme: dmsg, port: ${port} }`;
  return `  ${visor.name}: { key: ${visor.key}, tags: [${tagOf(visor)}], roles: [${roles.join(", ")}]${rpc} }`;
}
