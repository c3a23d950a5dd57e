// What came back: status, headers, pages, records; a reference inside a record can be followed.

import { element, table } from "./elements.js";

/** So much of a body is shown: more would make the page slow. */
const SHOWN = 400_000;
const RELATIONS = { first: "First page", prev: "Previous page", next: "Next page", last: "Last page" };

/** The answer; `follow(url)` is called for a page or a reference that is to be read. */
export function answerView(answer, follow) {
  const good = answer.status < 400;
  return element(
    "div",
    { class: "answer" },
    element("h3", { tabindex: "-1" }, "Answer"),
    element("p", { class: "path" }, element("code", null, answer.url)),
    element("p", null, element("strong", { class: good ? "good" : "bad" }, `${answer.status} ${answer.reason}`),
      ` in ${answer.milliseconds} ms, ${answer.characters.toLocaleString()} characters${counted(answer)}`),
    paging(answer.links, follow),
    element("details", null, element("summary", null, "Headers"),
      table("Headers", ["Name", "Value"], answer.headers.map(([name, value]) => [element("code", null, name), value]))),
    body(answer.text, follow),
  );
}

function counted(answer) {
  const total = answer.headers.find(([name]) => name === "x-total-count");
  return total ? `, ${Number(total[1]).toLocaleString()} records in all` : "";
}

function paging(links, follow) {
  const known = Object.entries(RELATIONS).filter(([relation]) => links[relation]);
  if (!known.length) return null;
  return element("p", { class: "pages" }, known.map(([relation, text]) =>
    element("button", { type: "button", onclick: () => follow(links[relation]) }, text)));
}

function body(text, follow) {
  const place = element("pre", { tabindex: "0", "aria-label": "Body of the answer" });
  const whole = pretty(text);
  for (const line of whole.slice(0, SHOWN).split("\n")) {
    const href = /^(\s*"href": )"(.+)"(,?)$/.exec(line);
    if (href) {
      const [, before, url, after] = href;
      place.append(before, reference(url, follow), `${after}\n`);
    } else place.append(`${line}\n`);
  }
  if (whole.length > SHOWN) place.append("… the rest is not shown: ask for fewer records.");
  return place;
}

/** A reference; a click reads it here, as this connection. `url` is written as in JSON. */
function reference(url, follow) {
  const address = JSON.parse(`"${url}"`);
  const click = (event) => {
    event.preventDefault();
    follow(address);
  };
  return element("a", { href: address, onclick: click }, `"${url}"`);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
