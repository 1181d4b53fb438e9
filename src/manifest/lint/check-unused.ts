// Lint rules about names that nothing uses.
import type { WrittenWord } from "../manifest.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

/** Finds roles that no visor has. */
export function checkUnusedRoles({ manifest, desired }: Linted): readonly LintFinding[] {
  const used = new Set(desired.visors.flatMap(({ roles }) => roles));
  return [...manifest.roles.values()]
    .filter(({ name }) => !used.has(name))
    .map(({ name, place }) =>
      finding("unused-role", {
        message: `no visor has the role ${name}, so its values reach nobody`,
        at: place,
        text: name,
        next: "list it at the visors that shall have it, or remove it",
      }),
    );
}

/** Finds whitelists that let nobody in anywhere. */
export function checkUnusedWhitelists({ manifest }: Linted): readonly LintFinding[] {
  const used = new Set<string>();
  const use = (words: readonly WrittenWord[]): void => {
    for (const { text } of words) {
      const list = used.has(text) ? undefined : manifest.whitelists.get(text);
      if (list === undefined) continue;
      used.add(text);
      use(list.members);
    }
  };
  for (const { body } of [...manifest.roles.values(), ...manifest.visors.values()]) {
    for (const written of body.written.values()) {
      if (written.kind === "list")
        use([...(written.exact ?? []), ...written.add, ...written.remove]);
    }
  }
  return [...manifest.whitelists.values()]
    .filter(({ name }) => !used.has(name))
    .map(({ name, place }) =>
      finding("unused-whitelist", {
        message: `no list of a role or a visor uses the whitelist ${name}`,
        at: place,
        text: name,
        next: "name it where its members shall be let in, or remove it",
      }),
    );
}
