// The reference of the manifest, made from its JSON Schema: one table row for every key.

/**
 * The parts of a JSON Schema that the reference is made from.
 * @typedef {{
 *   description?: string,
 *   type?: string,
 *   properties?: Record<string, Schema>,
 *   propertyNames?: Schema,
 *   required?: string[],
 *   items?: Schema,
 *   enum?: string[],
 *   const?: string,
 *   if?: Schema,
 *   then?: Schema,
 *   else?: Schema,
 *   $ref?: string,
 *   $defs?: Record<string, Schema>,
 *   "x-expects"?: string,
 * }} Schema
 */

const INTRO = `# The manifest

This page is made from the JSON Schema in \`schemas/fleet.schema.json\`; \`node test/gates/write-reference.mjs\`
writes both after a build. \`fleet.example.yaml\` uses every key once.

A manifest names what it owns. **A key that is named is owned; what is not named is never touched.** Empty
values and unknown keys are errors.

- A plain list is exact. \`{ add: […], remove: […] }\` owns only the members it names. \`anyone\` opens an app or
  a port to everybody; an empty list never does.
- A member of a list is the name of a visor, of an entry of \`keys\` or of a whitelist, a visor key, or a
  selection: \`all\`, \`NAME\` with \`*\`, \`tag:T\`, \`role:R\`, joined by \`!\` (not), \`&\` (and), \`,\` (or), binding in
  that order, and parentheses. \`all\` means all visors of this manifest. A visor's own key is dropped from its
  own lists.
- Roles are joined in the order listed, each after the roles it extends, then the visor. The visor's value
  wins over its roles; two roles that differ are an error, also when one extends the other. \`add\` and
  \`remove\` of all of them unite.
- Fields of a served port are joined one by one; what nobody names has its default and is owned too.
- Visors, keys, whitelists, roles and tags share one set of names. \`all\`, \`anyone\` and \`closed\` are no names.
- A secret is written \`env:NAME\` or \`file:path\`, only as a value of \`env\` or as an element of \`args\` that follows
  an option whose name speaks of a password, token, secret or key (\`--internal-token\`): just those are hidden
  when a visor shows its arguments. Such a value in plain is refused, unless it is only visor keys, \`true\` or
  \`false\`; so is any text of 64 hexadecimal digits and any address with a password in it. \`file:\` is relative
  to the manifest and stays in its folder, links included.
- Typed fields of apps (\`whitelist\`, \`pk\`, \`secure\`, \`killswitch\`, \`netifc\`, \`dns\`, \`address\`) belong to the
  programs their row names. The program of an app is its \`binary\` where one is written (but for \`skywire\`, which
  runs any app: then what \`args\` say behind the word \`app\`), otherwise the app's name; paths, letters and endings
  such as \`.exe\` make no other program of it. An option that has a field is an error in \`args\`, and so is one with
  one dash, because no app can start with it. Flags are written \`--option=true\`; an option that is not given has
  its program's default, which is true for \`secure\`.
- An exit (skysocks, vpn-server), whatever starts it, does not start while its whitelist is empty, unless the
  manifest says \`anyone\`. Keys count only where the program reads them: a shell that starts one passes none on.
- An app that its visor starts again whenever it stops (\`restart_policy: always\`) is neither stopped nor deleted;
  the remote terminal \`pty\` must start with the visor, too.
- YAML anchors, aliases, merge keys and tags are refused: a value has one place. Roles and whitelists do their
  work.

\`fleet fmt\` puts keys in the order of this page and keeps comments; \`fleet lint\` finds what is allowed and seldom
meant, such as a role that no visor has. [lint.md](lint.md) is about both.
`;

/**
 * @param {unknown} manifestSchema
 * @returns {string}
 */
export function manifestReference(manifestSchema) {
  const root = /** @type {Schema} */ (manifestSchema);
  return [
    INTRO,
    section(root, "The whole file", root),
    section(root, "operators.NAME", at(root, "operator")),
    section(root, "keys.NAME", at(root, "namedKey").else),
    section(root, "visors.NAME", at(root, "visor")),
    section(root, "roles.NAME", at(root, "role")),
    section(root, "trust", at(root, "trust")),
    section(root, "apps.NAME", at(root, "app")),
    section(root, "ports.NUMBER", at(root, "port").else),
    section(root, "settings", at(root, "settings")),
    section(root, "survey", at(root, "survey")),
    section(root, "rpc", at(root, "rpc")),
    section(root, "ignore.PATH", at(root, "ignore")),
    section(root, "policy", root.properties?.["policy"]),
    section(root, "watch", root.properties?.["watch"]),
    section(root, "watch.rules", root.properties?.["watch"]?.properties?.["rules"]?.items),
    section(root, "ledger", root.properties?.["ledger"]),
  ].join("\n");
}

/**
 * @param {Schema} root
 * @param {string} title
 * @param {Schema | undefined} map
 * @returns {string}
 */
function section(root, title, map = {}) {
  const rows = Object.entries(map.properties ?? {}).map(([key, schema]) => {
    const required = map.required?.includes(key) === true ? " (required)" : "";
    const value = valueText(root, schema).replaceAll("|", "\\|");
    return `| \`${key}\`${required} | ${value} | ${(schema.description ?? "").replaceAll("|", "\\|")} |`;
  });
  const head = ["| key | value | meaning |", "|---|---|---|"];
  return [`## ${title}`, "", map.description ?? "", "", ...head, ...rows, ""].join("\n");
}

/**
 * @param {Schema} root
 * @param {Schema | undefined} schema
 * @returns {string}
 */
function valueText(root, schema = {}) {
  if (schema.$ref !== undefined)
    return valueText(root, at(root, schema.$ref.split("/").at(-1) ?? ""));
  if (schema.if !== undefined) return choiceText(root, schema);
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(", ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === "array") return `list: ${valueText(root, schema.items)}`;
  if (schema.type === "object") return schema.propertyNames === undefined ? "map" : "map by name";
  return schema["x-expects"] ?? "";
}

/**
 * @param {Schema} root
 * @param {Schema} schema
 * @returns {string}
 */
function choiceText(root, schema) {
  const then = valueText(root, schema.then);
  if (schema.then?.const !== undefined) return `${then}, or ${valueText(root, schema.else)}`;
  if (then !== "" && then === schema.else?.["x-expects"]) return then;
  return `${then}, or \`{ add, remove }\``;
}

/**
 * @param {Schema} root
 * @param {string} name
 * @returns {Schema}
 */
function at(root, name) {
  return root.$defs?.[name] ?? {};
}
