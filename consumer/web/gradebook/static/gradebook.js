// Scores and comments are saved one by one, as they are typed: /sections/…/gradebook/scores takes them.
//
// What was changed waits in `waiting` until the last request is answered, then goes with the next. What could not be
// sent waits in `failed`, and stays where it was typed until somebody tries again.

const form = document.querySelector("form.gradebook");
const table = form.querySelector("table.scores");
const heads = table.tHead.rows[0].cells;
const box = document.getElementById("comment"); // the comment below the grid; the page of one item has one in each row
const standing = document.getElementById("saving");
const again = document.getElementById("again");

const AT_ONCE = 200;
const waiting = new Set();
const failed = new Set();
let sending = new Map(); // field -> the text that is on its way
let token = form.dataset.token;
let current = null; // the score that somebody is in, or was last

// A score or its comment. `seen` is what is stored as far as this page knows, `value` what was typed.
// state: "", saving, saved, or what is wrong: refused, stale, gone, failed
class Field {
  constructor(kind, score, seen) {
    Object.assign(this, { kind, score, seen, value: seen, state: "", message: "" });
  }
  get element() {
    if (this.kind === "text") return this.score;
    if (box) return this.score === current ? box : null;
    return rowOf(this.score).querySelector("textarea");
  }
  get changed() { return this.value.trim() !== this.seen.trim(); }
  get wrong() { return !["", "saving", "saved"].includes(this.state); }
}

const fields = new Map(); // score -> its two fields

function fieldsOf(score) {
  if (!fields.has(score)) {
    const comment = box ? score.dataset.comment ?? "" : rowOf(score).querySelector("textarea").defaultValue;
    fields.set(score, { text: new Field("text", score, score.defaultValue), comment: new Field("comment", score, comment) });
  }
  return fields.get(score);
}

const rowOf = (score) => score.closest("tr");
const scoreOf = (element) =>
  element.matches("input") ? element : element === box ? current : rowOf(element).querySelector("input");
const fieldOf = (element) => fieldsOf(scoreOf(element))[element.matches("input") ? "text" : "comment"];
const headOf = (score) => heads[score.closest("td").cellIndex];
const itemOf = (score) => table.dataset.item ?? headOf(score).dataset.item;

// --- Saving

function save(field) {
  if (sending.get(field) === field.value) return;
  failed.delete(field);
  waiting.delete(field);
  if (field.changed || sending.has(field)) {
    waiting.add(field);
    show(field, "saving");
    send();
  } else {
    show(field, "");
  }
  tell();
}

async function send() {
  if (sending.size || !waiting.size) return;
  const some = [...waiting].slice(0, AT_ONCE);
  sending = new Map(some.map((field) => [field, field.value]));
  some.forEach((field) => waiting.delete(field));
  try {
    const answers = await post(some.map(cell));
    some.forEach((field, place) => take(field, answers[place]));
  } catch (error) {
    some.filter((field) => !waiting.has(field)).forEach((field) => { failed.add(field); show(field, "failed", error.message); });
  }
  sending = new Map();
  tell();
  send();
}

async function post(cells) {
  const answer = await fetch(form.dataset.save, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, "HX-Request": "true" },
    body: JSON.stringify({ cells }),
  }).catch(() => { throw new Error("Not saved: no answer. Try again."); });
  if (answer.ok) return (await answer.json()).cells;
  const signedOut = "Not saved: you are signed out. Sign in in another window, then try again.";
  throw new Error({
    400: signedOut, // the token went with the session
    401: signedOut,
    403: "Not saved: you may not change this grade book any more.",
  }[answer.status] ?? "Not saved: something went wrong. Try again.");
}

function cell(field) {
  const place = { item: Number(itemOf(field.score)), student: Number(rowOf(field.score).dataset.student) };
  return { ...place, [field.kind]: field.value, [`${field.kind}_seen`]: field.seen };
}

function take(field, answer) {
  const untouched = field.value === sending.get(field);
  // What somebody else has stored counts as seen once it is shown beside what was typed here.
  if (answer.state === "saved" || (answer.state === "stale" && untouched)) field.seen = answer[field.kind];
  if (answer.state === "saved" && untouched) field.value = field.seen;
  if (["saved", "stale"].includes(answer.state)) {
    mark(field.score, answer);
    freshen(fieldsOf(field.score)[field.kind === "text" ? "comment" : "text"], answer);
  }
  if (untouched) show(field, answer.state, answer.message);
}

// The other field of a score shows what is stored now, unless somebody has typed into it.
function freshen(field, answer) {
  if (field.changed || waiting.has(field) || sending.has(field)) return;
  field.value = field.seen = answer[field.kind];
  show(field, field.state, field.message);
}

// After signing in again the page needs another token.
async function retry() {
  const page = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (page?.ok) {
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    token = fresh.querySelector("form.gradebook")?.dataset.token ?? token;
  }
  [...failed].forEach(save);
}

// --- What is shown

function show(field, state, message = "") {
  Object.assign(field, { state, message });
  if (field.kind === "comment" && box) field.score.parentElement.classList.toggle("unsaid", field.wrong);
  const element = field.element;
  if (!element) return;
  if (element.value !== field.value) element.value = field.value;
  const place = element.parentElement;
  place.dataset.state = state;
  element.toggleAttribute("aria-invalid", field.wrong);
  if (field.wrong) element.setAttribute("aria-invalid", "true");
  const note = place.querySelector(".note") ?? place.appendChild(newNote(element));
  note.textContent = message;
  note.classList.toggle("error", field.wrong);
}

function newNote(element) {
  const note = document.createElement("small");
  note.className = "note";
  note.id = `note-${document.querySelectorAll(".note").length}`;
  element.setAttribute("aria-describedby", note.id);
  return note;
}

// Beside a stored score: that it is extra credit, that it has a comment.
function mark(score, answer) {
  score.parentElement.classList.toggle("over", answer.over);
  if (box) {
    score.parentElement.classList.toggle("said", answer.comment !== "");
    score.dataset.comment = answer.comment;
  }
  const words = [answer.over && "Extra credit.", box && answer.comment && "Has a comment."];
  score.setAttribute("aria-description", words.filter(Boolean).join(" "));
}

function tell() {
  const all = [...fields.values()].flatMap(({ text, comment }) => [text, comment]);
  const wrong = all.filter((field) => field.wrong).length;
  again.hidden = !failed.size;
  standing.textContent =
    waiting.size || sending.size ? "Saving …"
    : wrong ? `${wrong} not saved: see beside ${wrong === 1 ? "it" : "them"}.`
    : all.some((field) => field.state === "saved") ? "All is saved."
    : "";
}

// The comment below the grid is that of the score that somebody is in.
function showComment(score) {
  if (score === current) return;
  current = score;
  const { comment } = fieldsOf(score);
  const [name, title] = [rowOf(score).querySelector("th span"), headOf(score).querySelector("a")];
  document.getElementById("where").textContent = `${name.textContent} · ${title.textContent}, of ${headOf(score).dataset.points}`;
  document.getElementById("about").hidden = false;
  show(comment, comment.state, comment.message);
}

// --- Keys

function move(score, down, right) {
  const row = rowOf(score);
  const target = row.parentElement.rows[row.sectionRowIndex + down];
  const goal = target?.cells[score.parentElement.cellIndex + right]?.querySelector("input");
  goal?.focus();
  return Boolean(goal);
}

// Arrow keys move inside what is typed, and out of it at its ends.
const isWhole = (score) => score.selectionStart === 0 && score.selectionEnd === score.value.length;
const atStart = (score) => isWhole(score) || score.selectionEnd === 0;
const atEnd = (score) => isWhole(score) || score.selectionStart === score.value.length;

function restore(field) {
  field.value = field.seen;
  save(field);
}

const KEYS = {
  Enter: (score, event) => { save(fieldOf(score)); move(score, event.shiftKey ? -1 : 1, 0); return true; },
  ArrowDown: (score) => move(score, 1, 0) || true,
  ArrowUp: (score) => move(score, -1, 0) || true,
  ArrowLeft: (score, event) => !event.shiftKey && atStart(score) && move(score, 0, -1),
  ArrowRight: (score, event) => !event.shiftKey && atEnd(score) && move(score, 0, 1),
  Escape: (score) => { restore(fieldOf(score)); score.select(); return true; },
  F2: (score) => { (box ?? rowOf(score).querySelector("textarea")).focus(); return true; },
};

form.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const { target, key } = event;
  if (target.matches("table input")) {
    if (KEYS[key]?.(target, event)) event.preventDefault();
  } else if (target.matches("textarea") && ["Escape", "F2"].includes(key)) {
    if (key === "Escape") restore(fieldOf(target));
    scoreOf(target).focus();
    event.preventDefault();
  }
});

form.addEventListener("focusin", ({ target }) => {
  if (!target.matches("table input")) return;
  target.select();
  if (box) showComment(target);
});

function typed(element) {
  const field = fieldOf(element);
  field.value = element.value;
  return field;
}

form.addEventListener("input", ({ target }) => { typed(target); });
form.addEventListener("change", ({ target }) => save(typed(target)));
form.addEventListener("submit", (event) => event.preventDefault());
again.addEventListener("click", retry);
window.addEventListener("online", retry);
window.addEventListener("beforeunload", (event) => {
  const all = [...fields.values()].flatMap(({ text, comment }) => [text, comment]);
  if (sending.size || all.some((field) => field.changed)) event.preventDefault();
});

// What was typed before this script was there.
if (box && table.contains(document.activeElement) && document.activeElement.matches("input")) showComment(document.activeElement);
for (const element of table.querySelectorAll("input, textarea")) {
  if (element.value !== element.defaultValue && element !== document.activeElement) save(typed(element));
}
