// What the pages need of a script: nothing that cannot be done without one.

// A button that asks first: <button data-ask="Remove it?">.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A select or a tick that is sent as soon as something is chosen; without a script its button does.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});

// What was typed is not lost by a link that was hit by mistake.
let changed = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[method=post]")) changed = true;
});
document.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
