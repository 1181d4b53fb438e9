// `fleet explain`: which line and role of the manifest a wanted value comes from.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import { diagnosticsText, explanationText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { errPaint, outPaint } from "../shell/screen.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { readManifest } from "./manifest-source.ts";
import { JSON_OPTION, MANIFEST_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";

/** `fleet explain`: where a value comes from. */
export const explainCommand: Command = {
  name: "explain",
  about: "Say what a manifest wants at a path, which line and role say so, and what that overrode.",
  words: [
    { form: "<PATH>", about: "such as visors.shop-3.apps.skysocks or shop-3/settings.log_level" },
  ],
  options: [MANIFEST_OPTION, JSON_OPTION],
  examples: ["fleet explain visors.shop-3.apps.skysocks", "fleet explain visors.shop-3"],
  async run(given, world): Promise<ExitCode> {
    const { manifest } = manifestRequestOf(given, world);
    const source = await readManifest(manifest, world);
    const { explain } = await import("./manifest-room.ts");
    const path = given.words[0] ?? "";
    const { explanation, diagnostics } = explain(source.desired, path);
    if (explanation === undefined) {
      const isVisor = source.desired.visors.some(({ name, key }) => name === path || key === path);
      if (!isVisor) world.terminal.err(diagnosticsText(diagnostics, errPaint(world)));
      throw usage(
        `${path}: nothing to explain`,
        isVisor
          ? `\`fleet explain visors.${path}\` says where the values of that visor come from`
          : "give a path such as visors.NAME.apps.APP",
      );
    }
    if (given.flag("json")) printJson(world, explanation);
    else world.terminal.out(explanationText(explanation, source.desired.keyNames, outPaint(world)));
    return 0;
  },
};
