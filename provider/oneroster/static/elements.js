// Making parts of the page. Text goes in as text, never as HTML: what it says comes from elsewhere.

/** An element with properties and children; children are elements, texts, or null for nothing. */
export function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Paragraphs of a description, with the **strong** and `code` that our documents use. */
export function prose(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => element("p", null, spans(paragraph.replace(/\s+/g, " "))));
}

/** A text of a description, without paragraphs. */
export function spans(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return element("strong", null, part.slice(2, -2));
    if (part.startsWith("`")) return element("code", null, part.slice(1, -1));
    return part;
  });
}

/** A table with a heading per column; cells are elements or texts. */
export function table(caption, headings, rows) {
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      null,
      element("caption", null, caption),
      element("thead", null, element("tr", null, headings.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", null, rows.map((cells) => element("tr", null, cells.map((cell) => element("td", null, cell))))),
    ),
  );
}
