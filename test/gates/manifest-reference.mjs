// The reference of the manifest, made from its JSON Schema: one table row for every key.

/** @typedef {{ [key: string]: any }} Schema */

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
  programs their row names. The program of an app is its \`binary\` where one is written (but for \`skywire\`,
  which runs any app), otherwise the app's name. An option given by a field and by \`args\` is an error.
- YAML anchors, aliases, merge keys and tags are refused: a value has one place. Roles and whitelists do their
  work.
`;

/**
 * @param {Schema} schema
 * @returns {string}
 */
export function manifestReference(schema) {
  /** @type {string[]} */
  const out = [INTRO];
  section(out, schema, "The whole file", schema);
  section(out, schema, "operators.NAME", at(schema, "operator"));
  section(out, schema, "visors.NAME", at(schema, "visor"));
  section(out, schema, "roles.NAME", at(schema, "role"));
  section(out, schema, "trust", at(schema, "trust"));
  section(out, schema, "apps.NAME", at(schema, "app"));
  section(out, schema, "ports.NUMBER", at(schema, "port").else);
  section(out, schema, "settings", at(schema, "settings"));
  section(out, schema, "survey", at(schema, "survey"));
  section(out, schema, "rpc", at(schema, "rpc"));
  section(out, schema, "policy", schema["properties"].policy);
  section(out, schema, "ledger", schema["properties"].ledger);
  return out.join("\n");
}

/**
 * @param {string[]} out
 * @param {Schema} root
 * @param {string} title
 * @param {Schema} map
 */
function section(out, root, title, map) {
  out.push(
    `## ${title}`,
    "",
    String(map["description"]),
    "",
    "| key | value | meaning |",
    "|---|---|---|",
  );
  const required = new Set(map["required"] ?? []);
  for (const [key, schema] of Object.entries(map["properties"])) {
    const name = `\`${key}\`${required.has(key) ? " (required)" : ""}`;
    const value = valueText(root, schema).replaceAll("|", "\\|");
    out.push(`| ${name} | ${value} | ${String(schema.description).replaceAll("|", "\\|")} |`);
  }
  out.push("");
}

/**
 * @param {Schema} root
 * @param {Schema} schema
 * @returns {string}
 */
function valueText(root, schema) {
  if (typeof schema["$ref"] === "string") {
    return valueText(root, at(root, schema["$ref"].split("/").at(-1) ?? ""));
  }
  if (schema["if"] !== undefined) return choiceText(root, schema);
  if (schema["enum"] !== undefined)
    return schema["enum"].map((/** @type {string} */ one) => `\`${one}\``).join(", ");
  if (schema["const"] !== undefined) return `\`${schema["const"]}\``;
  if (schema["type"] === "array") return `list: ${valueText(root, schema["items"])}`;
  if (schema["type"] === "object" && schema["propertyNames"] !== undefined) return "map by name";
  if (schema["type"] === "object") return "map";
  return String(schema["x-expects"]);
}

/**
 * @param {Schema} root
 * @param {Schema} schema
 * @returns {string}
 */
function choiceText(root, schema) {
  const then = valueText(root, schema["then"]);
  if (schema["then"].const !== undefined) return `${then}, or ${valueText(root, schema["else"])}`;
  return `${then}, or \`{ add, remove }\``;
}

/**
 * @param {Schema} root
 * @param {string} name
 * @returns {Schema}
 */
function at(root, name) {
  return root["$defs"][name];
}
