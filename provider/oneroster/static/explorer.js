// The explorer page: choose a service and an operation, sign in as a connection, read.
// The address of an operation is `#<document>/<operationId>`, so that it can be shared and the back button works.

import { answerView } from "./answer.js";
import { get, signIn } from "./connection.js";
import { contract, introduction } from "./description.js";
import { element, prose, spans } from "./elements.js";
import { load, operations } from "./openapi.js";

const at = (id) => document.getElementById(id);
const pages = Array.from(at("document").options, (option) => option.value);

let api = null;
let shown = "";
let reading = Promise.resolve();
let listed = [];
let connection = null;

// Connection ---------------------------------------------------------------------------------------------------

function showFieldsOfKind() {
  for (const field of document.querySelectorAll("[data-kind]")) {
    field.hidden = !field.dataset.kind.split(" ").includes(at("kind").value);
  }
}

async function connect(event) {
  event.preventDefault();
  await reading;
  if (!api) return;
  const tokenUrl = api.components.securitySchemes.OAuth2CC.flows.clientCredentials.tokenUrl;
  const typed = Object.fromEntries(["key", "secret", "token", "vendor"].map((id) => [id, at(id).value.trim()]));
  try {
    connection = await signIn(at("kind").value, { ...typed, tokenUrl });
    tell(connection.describe, "good");
    at("forget").hidden = false;
  } catch (error) {
    connection = null;
    tell(error.message, "bad");
  }
}

function forget() {
  connection = null;
  at("connection").reset();
  showFieldsOfKind();
  at("forget").hidden = true;
  tell("Forgotten.", "good");
}

function tell(text, kind) {
  at("signed-in").className = kind;
  at("signed-in").textContent = text;
}

// Operations ---------------------------------------------------------------------------------------------------

function listOperations() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = listed.filter((one) => {
    const text = `${one.method} ${one.path} ${one.summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sections = [...grouped(wanted)].map(([tag, members]) =>
    element("details", { open: words.length > 0 || members.some(isCurrent) }, element("summary", null, spaced(tag)),
      element("ul", null, members.map(entry))));
  at("operations").replaceChildren(...(sections.length ? sections : [element("p", null, "No operation has these words.")]));
}

function grouped(members) {
  const groups = new Map();
  for (const one of members) groups.set(one.tag, [...(groups.get(one.tag) ?? []), one]);
  return groups;
}

function spaced(tag) {
  return tag.replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

function entry(one) {
  return element("li", null, element("a", { href: hash(one), "aria-current": isCurrent(one) ? "true" : null },
    element("b", { class: one.method.toLowerCase() }, one.method), " ", one.path));
}

function hash(one) {
  return `#${pages.indexOf(at("document").value)}/${one.id}`;
}

function isCurrent(one) {
  return location.hash === hash(one);
}

// One operation ------------------------------------------------------------------------------------------------

function showOperation(one) {
  const place = at("operation");
  const answer = element("div", { id: "answer" });
  const caller = one.method === "GET" ? form(one, answer) : element("p", { class: "note" },
    "This page sends reads alone. Try writes with curl against a connection that is made for it.");
  place.replaceChildren(...[introduction(one), caller, answer, contract(api, one)].flat(3));
}

function form(one, answer) {
  const parameters = one.parameters.filter((parameter) => parameter.in !== "header");
  const fields = parameters.flatMap((parameter) => {
    const id = `parameter-${parameter.name}`;
    const options = parameter.schema.enum;
    const known = { id, name: parameter.name, required: parameter.required, "aria-describedby": `${id}-hint` };
    const field = options
      ? element("select", known, ["", ...options].map((word) => element("option", null, word)))
      : element("input", { ...known, spellcheck: "false", autocapitalize: "none", autocomplete: "off",
        value: parameter.name === "limit" ? "10" : null, inputmode: parameter.schema.type === "integer" ? "numeric" : null });
    return [element("label", { for: id }, parameter.name), field,
      element("span", { class: "hint", id: `${id}-hint` }, spans(parameter.description), namesOf(parameter))];
  });
  const read = (event) => {
    event.preventDefault();
    show(address(one, new FormData(event.target)), answer);
  };
  return element("form", { onsubmit: read, autocomplete: "off" }, element("div", { class: "fields" }, fields),
    element("p", null, element("button", { type: "submit" }, "Read")));
}

function namesOf(parameter) {
  const names = parameter.schema.items?.enum;
  return names ? [" Fields: ", element("code", null, names.join(", "))] : [];
}

/** The public address of a call: the path with its parameters, then the query parameters that were filled. */
function address(one, filled) {
  const path = one.path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(filled.get(name).trim()));
  const query = [...filled].filter(([name, value]) => value.trim() && !one.path.includes(`{${name}}`));
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value.trim())}`).join("&");
  return `${api.servers[0].url}${path}${text ? `?${text}` : ""}`;
}

async function show(url, place) {
  place.setAttribute("aria-busy", "true");
  const follow = (next) => show(next, place);
  try {
    place.replaceChildren(answerView(await get(url, connection), follow));
    place.querySelector("h3").focus();
  } catch (error) {
    place.replaceChildren(element("p", { class: "bad", role: "alert" }, `Nothing came back: ${error.message}`));
  }
  place.removeAttribute("aria-busy");
}

// The page -----------------------------------------------------------------------------------------------------

/** Loads a document, and keeps it unless another was chosen meanwhile. */
async function readDocument(url) {
  at("source").href = url;
  at("document").value = url;
  shown = url;
  [api, listed] = [null, []];
  try {
    const loaded = await load(url);
    if (shown === url) [api, listed] = [loaded, operations(loaded)];
  } catch (error) {
    if (shown !== url) return;
    shown = "";
    at("operation").replaceChildren(element("p", { class: "bad" }, error.message));
  }
}

async function route() {
  const [, number, id] = /^#(\d+)\/(\w+)$/.exec(location.hash) ?? [];
  const url = pages[number] ?? at("document").value;
  if (url !== shown) reading = readDocument(url);
  await reading;
  listOperations();
  const chosen = listed.find((one) => one.id === id);
  if (chosen) {
    showOperation(chosen);
    at("operation").focus();
  } else if (api) at("operation").replaceChildren(element("h2", null, api.info.title), ...prose(api.info.description));
}

async function change() {
  history.pushState(null, "", `#${pages.indexOf(at("document").value)}/`);
  await route();
}

at("kind").addEventListener("change", showFieldsOfKind);
at("connection").addEventListener("submit", connect);
at("forget").addEventListener("click", forget);
at("document").addEventListener("change", change);
at("search").addEventListener("input", listOperations);
addEventListener("hashchange", route);
showFieldsOfKind();
route();
