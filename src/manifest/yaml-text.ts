const PLAIN = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A text as YAML: plain where every reader takes it for text, in double quotes otherwise. */
export function yamlText(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}

/** A list as YAML on one line. */
export function yamlList(items: readonly string[]): string {
  return `[${items.map(yamlText).join(", ")}]`;
}

/** Free text as one comment that cannot end early. */
export function commentText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, " ").slice(0, 300);
}
