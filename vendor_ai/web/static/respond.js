// Saves each answer as it is given. What cannot be saved stays in its field, is named beside it, and is tried again.
"use strict";

(() => {
  const PAUSE_MS = 900, RETRY_MS = 15000;
  const unsaved = new Map(); // question element -> number of its newest edit
  const undecided = new Set(); // where both texts are shown and the respondent has not said which one stands
  const timers = new Map();
  let edits = 0, chain = Promise.resolve(), leaving = false;

  const blockOf = (node) => node.closest && node.closest("[data-question]");

  function say(block, text, failed) {
    const line = block.querySelector("[data-status]");
    line.textContent = text;
    line.classList.toggle("failed", Boolean(failed));
    return line;
  }

  function fields(block) {
    const form = block.closest("form"), id = block.dataset.question, sent = new URLSearchParams();
    for (const name of ["form_token", "language"]) sent.append(name, form.elements[name].value);
    for (const field of block.querySelectorAll("input, textarea")) {
      if (!field.name.endsWith("." + id) || field.form !== form) continue;
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
      sent.append(field.name, field.value);
    }
    return sent;
  }

  const BESIDE = /^(comment|evidence|dated)\./;

  // What stands beside no answer is kept as a message: whole, when its field is left, not with every pause in typing.
  function waits(block, event) {
    if (event.type === "change" || !BESIDE.test(event.target.name)) return false;
    for (const field of block.querySelectorAll("input, textarea")) {
      if (!/^(value|na)\./.test(field.name)) continue;
      const picked = field.type === "radio" || field.type === "checkbox" ? field.checked && field.value : field.value.trim();
      if (picked) return false;
    }
    return true;
  }

  function changed(event) {
    const block = blockOf(event.target);
    if (!block || !event.target.closest("form[data-answers]") || event.target.form !== block.closest("form")) return;
    unsaved.set(block, ++edits);
    if (undecided.has(block)) return;
    say(block, "Not saved yet");
    clearTimeout(timers.get(block));
    if (waits(block, event)) return;
    timers.set(block, setTimeout(() => queue(block), event.type === "change" ? 0 : PAUSE_MS));
  }

  // One at a time: the answers of a page arrive in the order in which they were given.
  function queue(block) {
    chain = chain.then(() => save(block)).catch(() => {});
    return chain;
  }

  async function save(block) {
    if (!unsaved.has(block) || undecided.has(block)) return;
    const edit = unsaved.get(block), id = block.dataset.question;
    let answer, said = {};
    say(block, "Saving …");
    try {
      answer = await fetch("/respond/answers/" + encodeURIComponent(id), {
        method: "POST", body: fields(block), headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error",
      });
      said = await answer.json();
    } catch (error) {
      say(block, "Not saved: the server cannot be reached. Your text stays here and is sent again.", true);
      timers.set(block, setTimeout(() => queue(block), RETRY_MS));
      return;
    }
    if (answer.ok) stored(block, id, edit, said);
    else if (answer.status === 409 && said.theirs) decide(block, said.theirs);
    else {
      say(block, "Not saved: " + (said.message || "the server could not take it."), true);
      if (answer.status >= 500) timers.set(block, setTimeout(() => queue(block), RETRY_MS));
    }
  }

  function stored(block, id, edit, said) {
    block.querySelector(`[name="${CSS.escape("seen." + id)}"]`).value = said.seen;
    if (unsaved.get(block) === edit) {
      unsaved.delete(block);
      say(block, said.kept ? `Kept as a message ${said.saved_at}; the question is still open` : "Saved " + said.saved_at);
    }
    const back = block.querySelector(".back");
    if (back) back.hidden = false;
    show(said);
  }

  // Both texts are shown; the respondent says which one stands.
  function decide(block, theirs) {
    undecided.add(block);
    const line = say(block, `Not saved: ${theirs.by} changed this answer meanwhile to “${theirs.said}”. Yours still stands above. `, true);
    const mine = document.createElement("button"), other = document.createElement("button");
    mine.type = other.type = "button";
    mine.className = other.className = "plain-button";
    mine.textContent = "Save mine instead";
    other.textContent = "Take theirs";
    mine.addEventListener("click", () => {
      undecided.delete(block);
      block.querySelector(`[name="${CSS.escape("seen." + block.dataset.question)}"]`).value = theirs.seen;
      queue(block);
    });
    other.addEventListener("click", () => {
      unsaved.delete(block);
      leaving = unsaved.size === 0;
      location.hash = block.id;
      location.reload();
    });
    line.append(mine, other);
  }

  function show(said) {
    for (const node of document.querySelectorAll("[data-answered]")) node.textContent = said.answered;
    for (const node of document.querySelectorAll("[data-asked]")) node.textContent = said.asked;
    const whole = document.getElementById("whole");
    whole.max = said.asked;
    whole.value = said.answered;
    for (const [id, part] of Object.entries(said.sections)) {
      const node = document.querySelector(`[data-section-progress="${CSS.escape(id)}"]`);
      if (node) node.textContent = `${part.answered} of ${part.asked}${part.signed ? ", signed off" : ""}`;
    }
    for (const [id, applies] of Object.entries(said.applies)) {
      const block = document.getElementById("q-" + id);
      if (block) block.classList.toggle("waiting", !applies);
    }
    points(said.points);
  }

  function points(open) {
    for (const node of document.querySelectorAll("[data-open]")) node.textContent = open.length;
    const place = document.querySelector("[data-points]"), incomplete = document.querySelector("[data-incomplete]");
    if (incomplete) incomplete.hidden = open.length === 0;
    if (!place) return;
    const head = document.createElement("p");
    head.textContent = open.length ? "Still open:" : "Nothing blocks handing in.";
    const list = document.createElement("ul");
    for (const point of open) {
      const item = document.createElement("li");
      if (point.question) {
        const link = document.createElement("a");
        link.href = "#q-" + point.question;
        link.textContent = "Question " + point.number;
        item.append(link, " ");
      }
      item.append(point.text);
      list.append(item);
    }
    place.replaceChildren(head, ...(open.length ? [list] : []));
  }

  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

  // A form that leaves the page first waits until everything typed is stored.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!unsaved.size) { leaving = true; return; }
    event.preventDefault();
    for (const block of unsaved.keys()) { clearTimeout(timers.get(block)); queue(block); }
    chain.then(() => {
      if (unsaved.size) unsaved.keys().next().value.scrollIntoView({ block: "center" });
      else { leaving = true; form.requestSubmit(event.submitter); }
    });
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size && !leaving) event.preventDefault();
  });
})();
