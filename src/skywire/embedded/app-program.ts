// Which program an app is, and what that program makes of its arguments when it is started.
import type { ReleaseFacts } from "../visor/index.ts";

/** What of an app's entry says which program it runs, and with what. */
interface ProgramEntry {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
}

/** Options whose value may be left out. Source: `skywire app vpn-server --help` and `vpn-client --help` of v1.3.28. */
const FLAGS: readonly string[] = ["secure", "killswitch"];
/** Options that take a value; of others it is not known whether they do. */
const VALUE_OPTIONS: readonly string[] = ["whitelist", "srv", "netifc", "dns", "addr", "passcode"];
/** What Go's strconv.ParseBool takes. */
const BOOLEANS: readonly string[] = [
  ...["1", "t", "T", "TRUE", "true", "True"],
  ...["0", "f", "F", "FALSE", "false", "False"],
];

/** The program an app runs: what `app NAME` in front of its arguments says, else its binary, else its name. */
export function startedProgram({ name, binary, args }: ProgramEntry): string {
  if (binary !== "" && binary !== "skywire") return binary;
  return args[0] === "app" && args[1] !== undefined ? args[1] : name;
}

/** What a program says that fails for a reason of its own. Source: sessions app-life-vpn-server, app-life-skychat. */
export function faultOf(app: ProgramEntry): string {
  if (startedProgram(app) === "vpn-server")
    return "error getting iptables forward policy: permission denied";
  if (startedProgram(app) === "vpn-client") {
    return "error getting Skywire-TCP entities: env arg STCP_TABLE_KEY_1 is not provided";
  }
  const at = app.args.indexOf("--addr");
  const port = (at < 0 ? undefined : app.args[at + 1])?.replace(/^\*/, "") ?? ":0";
  return `listen tcp 127.0.0.1${port}: bind: address already in use`;
}

/**
 * Why a program ends as it reads its arguments, or `undefined` when it can read them. All apps are commands of one
 * library, which takes `-secure=true` for seven options of one letter each.
 * Source: the real v1.3.28 program, run with such arguments; pflag v1.0.5 for the texts.
 */
export function argumentFault(
  args: readonly string[],
  { types }: Pick<ReleaseFacts, "types">,
): string | undefined {
  const own = args[0] === "app" ? args.slice(2) : args;
  for (let index = 0; index < own.length; index += 1) {
    const element = own[index] ?? "";
    if (element === "--") return undefined;
    if (/^-[^-]/.test(element))
      return `unknown shorthand flag: '${element.charAt(1)}' in ${element}`;
    const [, option, value] = /^--([^=]+)(?:=(.*))?$/s.exec(element) ?? [];
    if (option === undefined) continue;
    if (option === "whitelist" && types.value === "2024") return "unknown flag: --whitelist";
    if (FLAGS.includes(option)) {
      if (value !== undefined && !BOOLEANS.includes(value))
        return `invalid argument "${value}" for "--${option}" flag`;
    } else if (value === undefined) {
      if (VALUE_OPTIONS.includes(option) && index + 1 === own.length)
        return `flag needs an argument: --${option}`;
      index += 1;
    }
  }
  return undefined;
}
