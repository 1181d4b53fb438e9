// The operator that the options of `fleet operator add` describe, as a line of the manifest.
import {
  checkVisorKey,
  defined,
  isOperatorKey,
  isSealKey,
  isStrictEd25519Key,
  type OperatorKey,
  type SealKey,
} from "../../core/index.ts";
import type { OperatorLine } from "../../manifest/index.ts";
import {
  CAPABILITIES,
  type Capability,
  type DesiredOperator,
  type FeedKey,
} from "../../model/index.ts";
import type { Given } from "../shell/arguments.ts";
import { usage } from "../shell/usage.ts";

const USUAL_RIGHTS: readonly Capability[] = ["plan", "apply"];

/**
 * The operator's name: the one word of the command.
 * @throws FleetError cli/usage (exit 64)
 */
export function nameOf([name = "", ...more]: readonly string[]): string {
  if (more.length > 0) throw usage("one operator at a time", "name one of them");
  // The manifest says what else is wrong with a name; this much keeps the text around it whole.
  if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) return name;
  throw usage(
    `${JSON.stringify(name)} is no name for an operator`,
    "a name is a letter, then letters, digits, - or _",
  );
}

/**
 * Reads `--key`, `--seal`, `--feed` and `--may`; what they leave out is as the manifest lists it, or as usual.
 * @throws FleetError cli/usage (exit 64)
 */
export function lineRequestOf(given: Given): Partial<OperatorLine> {
  return defined({
    key: keyOf(given.text("key")),
    seal: sealOf(given.text("seal")),
    feed: feedOf(given.text("feed")),
    may: rightsOf(given.text("may")),
  });
}

/**
 * The operator that was asked for; the one that the manifest lists already when the request says the same or nothing.
 * @throws FleetError cli/usage (exit 64)
 */
export function lineOf(
  { key, seal, feed, may }: Partial<OperatorLine>,
  name: string,
  listed: DesiredOperator | undefined,
): OperatorLine {
  if (listed !== undefined) {
    const same =
      (key === undefined || key === listed.key) &&
      (seal === undefined || seal === listed.seal) &&
      (feed === undefined || feed === listed.feed) &&
      (may === undefined || may.join() === listed.may.join());
    if (same) return lineOfListed(listed);
    throw usage(
      `the manifest lists operator ${name} already, with other values`,
      "change its line in the manifest and run this without --key, --seal, --feed and --may, which records it; or choose another name",
    );
  }
  if (key === undefined)
    throw usage(
      `the manifest does not list operator ${name}, and --key is not given`,
      "give what `fleet keygen` printed on that operator's machine: --key, --seal and --feed",
    );
  return {
    key,
    ...defined({ seal, feed }),
    may: may ?? USUAL_RIGHTS,
  };
}

/** An operator of a manifest without its name and place. */
export function lineOfListed({ key, seal, feed, git, may }: DesiredOperator): OperatorLine {
  return {
    key,
    ...defined({ seal, feed, git }),
    may,
  };
}

function keyOf(text: string | undefined): OperatorKey | undefined {
  if (text === undefined) return undefined;
  if (isOperatorKey(text) && isStrictEd25519Key(text)) return text;
  throw usage(
    "--key takes an operator's public key: ed25519: and 64 lower-case hexadecimal digits of a point that exists",
    "copy it again from what `fleet keygen` printed on that operator's machine",
  );
}

function sealOf(text: string | undefined): SealKey | undefined {
  if (text === undefined || isSealKey(text)) return text;
  throw usage(
    "--seal takes a seal key: x25519: and 64 lower-case hexadecimal digits",
    "copy it again from what `fleet keygen` printed on that operator's machine",
  );
}

function feedOf(text: string | undefined): FeedKey | undefined {
  if (text === undefined) return undefined;
  const checked = checkVisorKey(text);
  // A feed is a point of the same curve as a visor key, and written the same way.
  if ("key" in checked) return checked.key as string as FeedKey;
  throw usage(
    "--feed takes a feed key: 66 hexadecimal digits that begin with 02 or 03, of a point that exists",
    "copy it again from what `fleet keygen --json` printed on that operator's machine",
  );
}

function rightsOf(text: string | undefined): readonly Capability[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(",").map((word) => word.trim());
  const unknown = words.find((word) => !CAPABILITIES.some((right) => right === word));
  if (unknown === undefined) return CAPABILITIES.filter((right) => words.includes(right));
  throw usage(
    `--may: there is no right ${JSON.stringify(unknown)}`,
    `name some of ${CAPABILITIES.join(", ")}, joined by commas`,
  );
}
