import { expect, test } from "vitest";
import { checkSecretFiles, resolveSecrets } from "../../../src/manifest/index.ts";
import type { SecretRef } from "../../../src/model/index.ts";
import { desiredOf, manifest } from "../../support/manifest-text.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const FOLDER = "/srv/fleet";

/** Files in memory, some of them links. */
class LinkedFiles extends MemoryFiles {
  readonly links = new Map<string, string>();

  override async realPath(path: string): Promise<string | undefined> {
    for (const [link, target] of this.links) {
      if (path === link) return target;
      if (path.startsWith(`${link}/`)) return target + path.slice(link.length);
    }
    return path === FOLDER || this.files.has(path) ? path : undefined;
  }
}

async function filesWith(
  contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<LinkedFiles> {
  const files = new LinkedFiles();
  for (const [path, content] of Object.entries(contents)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await files.create(path, bytes);
  }
  return files;
}

function ports(files: LinkedFiles) {
  const variables: Readonly<Record<string, string>> = { CHAT: "hunter2", EMPTY: "" };
  return { env: (name: string) => variables[name], files, manifestFolder: FOLDER };
}

test("secrets come from the environment and from files below the manifest", async () => {
  const files = await filesWith({
    [`${FOLDER}/a/token`]: "open sesame\n",
    [`${FOLDER}/raw`]: "two\nlines\r\n",
  });
  files.links.set(`${FOLDER}/link`, `${FOLDER}/a`);
  const refs: readonly SecretRef[] = ["env:CHAT", "file:a/token", "file:raw", "file:link/token"];
  const secrets = await resolveSecrets(refs, ports(files));
  expect([...secrets]).toEqual([
    ["env:CHAT", "hunter2"],
    ["file:a/token", "open sesame"],
    ["file:raw", "two\nlines"],
    ["file:link/token", "open sesame"],
  ]);
});

test.each<{ readonly ref: SecretRef; readonly code: string }>([
  { ref: "env:NOT_SET", code: "secret/missing" },
  { ref: "env:EMPTY", code: "secret/empty" },
  { ref: "file:nowhere", code: "secret/missing" },
  { ref: "file:link/token", code: "secret/outside" },
  { ref: "file:near", code: "secret/outside" },
  { ref: "file:../other/token", code: "secret/outside" },
  { ref: "file:/etc/token", code: "secret/outside" },
  { ref: "file:large", code: "secret/too-large" },
  { ref: "file:bytes", code: "secret/not-text" },
  { ref: "file:zero", code: "secret/not-text" },
])("$ref is refused: $code", async ({ ref, code }) => {
  const files = await filesWith({
    "/srv/other/token": "hunter2",
    "/srv/fleet-2": "hunter2",
    [`${FOLDER}/large`]: "x".repeat(70_000),
    [`${FOLDER}/bytes`]: Uint8Array.of(0xc3, 0x28),
    [`${FOLDER}/zero`]: "hunter2\0",
  });
  files.links.set(`${FOLDER}/link`, "/srv/other");
  files.links.set(`${FOLDER}/near`, "/srv/fleet-2");
  const failed = resolveSecrets([ref], ports(files));
  await expect(failed).rejects.toMatchObject({ code, exit: 64 });
  await expect(failed).rejects.not.toThrow(/hunter2/);
});

const FLEET = manifest(`roles:
  cam:
    apps:
      cam: { env: { CAM_TOKEN: "file:link/token", CAM_ID: a } }
visors:
  desk: { key: $desk, roles: [cam] }
  laptop:
    key: $laptop
    roles: [cam]
    apps: { skychat: { args: [--internal-token, "env:CHAT", --password, "file:nowhere"] } }
`);

test("files of secrets are checked once each, with their lines", async () => {
  const files = await filesWith({ "/srv/other/token": "hunter2" });
  files.links.set(`${FOLDER}/link`, "/srv/other");
  const diagnostics = await checkSecretFiles(desiredOf(FLEET), files, FOLDER);
  expect(
    diagnostics
      .map(({ code, text, at, severity }) => `${code} ${text} ${at?.line} ${severity}`)
      .toSorted(),
  ).toEqual(["secret/missing file:nowhere 12 warning", "secret/outside file:link/token 6 error"]);
});
