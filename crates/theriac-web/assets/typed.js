// What is typed into an assessment stays in this tab until it is saved, whatever the page shows meanwhile. It is kept
// with the judgement that it was begun on, so that what somebody else says meanwhile is not written over.
//   data-unsaved   what is said in an assessment that holds what was typed before; data-drop gives it up
//   data-moved     what is said besides where another judgement was saved meanwhile
//   data-refused   assessment that the server shows again as it was sent
"use strict";
(() => {
  const judging = () => document.getElementById("assessment");
  const keyOf = (findings) => `typed:${document.querySelector(".me-name")?.textContent}:${findings}`;
  const findingsOf = (form) => [...form.querySelectorAll("input[name=finding]")].map((input) => input.value);
  const kept = (findings) => {
    try { return JSON.parse(sessionStorage.getItem(keyOf(findings))); } catch { return null; }
  };
  const forget = (form) => sessionStorage.removeItem(keyOf(findingsOf(form)));
  const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("input:not([type=hidden]), select, textarea"));
  const isTick = (field) => field.type === "radio" || field.type === "checkbox";
  const entered = (form) => fieldsOf(form).filter((field) => !isTick(field) || field.checked).map((field) => [field.name, field.value]);
  const begunWith = (field) => {
    if (field.tagName !== "SELECT") return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
  };
  const begun = (form) => fieldsOf(form).filter((field) => !isTick(field) || field.defaultChecked).map((field) => [field.name, isTick(field) ? field.value : begunWith(field)]);
  const keep = (form, sent) => {
    const typed = entered(form);
    const same = JSON.stringify(typed) === JSON.stringify(begun(form));
    if (same && !form.hasAttribute("data-refused")) { forget(form); return; }
    const entry = { expected: form.elements.expected.value, typed, sent };
    try { sessionStorage.setItem(keyOf(findingsOf(form)), JSON.stringify(entry)); } catch { /* No room: it stays in the form. */ }
  };
  const putBack = (form, entry) => {
    fieldsOf(form).forEach((field) => {
      const values = entry.typed.filter(([name]) => name === field.name).map(([, value]) => value);
      if (isTick(field)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    });
    const { expected } = form.elements;
    form.dataset.now ??= expected.value;
    form.querySelector("[data-unsaved]").hidden = false;
    form.querySelector("[data-moved]").hidden = form.dataset.now === entry.expected;
    expected.value = entry.expected;
  };
  const dropTyped = (form) => {
    form.reset();
    form.elements.expected.value = form.dataset.now;
    forget(form);
    form.querySelector("[data-unsaved]").hidden = true;
    fieldsOf(form)[0].focus();
    markTyped();
  };
  // Rows say which findings hold such text.
  const markTyped = () => document.querySelectorAll("#list input[name=finding]").forEach((box) => {
    const cell = box.closest("tr").querySelector("th");
    const mark = cell.querySelector("[data-mark]");
    const entry = kept([box.value]);
    if (!entry || entry.sent) { mark?.remove(); return; }
    if (mark) return;
    const words = document.createElement("span");
    words.className = "sub";
    words.dataset.mark = "";
    words.textContent = "what you typed is not saved yet";
    cell.append(words);
  });
  const showTyped = () => {
    const form = judging();
    if (form && fieldsOf(form).length) {
      const entry = kept(findingsOf(form));
      if (form.hasAttribute("data-refused")) keep(form, false);
      // It was sent, and another judgement is there since: it was saved.
      else if (entry?.sent && entry.expected !== form.elements.expected.value) forget(form);
      else if (entry) putBack(form, entry);
    }
    markTyped();
  };
  showTyped();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("#assessment");
    if (form) { keep(form, false); markTyped(); }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "assessment") keep(event.target, true);
  });
  // Another list beside it leaves a pane alone that somebody types into.
  const isTyped = () => Boolean(judging() && kept(findingsOf(judging())));
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "pane" && isTyped()) event.detail.shouldSwap = false;
  });
  const markShown = () => {
    const shown = judging() && findingsOf(judging())[0];
    if (!shown) return;
    document.querySelectorAll("#list input[name=finding]").forEach((box) => {
      if (box.value === shown) box.closest("tr").setAttribute("aria-current", "true");
      else box.closest("tr").removeAttribute("aria-current");
    });
  };
  document.addEventListener("htmx:afterSettle", () => { if (isTyped()) markShown(); showTyped(); });
  document.addEventListener("pane", showTyped);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drop]")) dropTyped(event.target.closest("form"));
  });
})();
