const BEGIN = "<!-- figures: npm run bench -- --write -->\n";
const END = "<!-- end of figures -->\n";

/** The page with new figures between its two marks; what people wrote around them stays. */
export function pageWith(page: string, figures: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("the page has lost the marks of its figures");
  return `${page.slice(0, begin + BEGIN.length)}\n${figures}\n${page.slice(end)}`;
}
