// Small conveniences on top of pages that work without script. No inline handlers, no eval.
// Elements are found by data attributes, so a page needs no code of its own:
//   data-pane      link whose page is also shown in #pane on wide screens
//   data-key       what a single key reaches: edit, sign, sign-selected, assess, previous, next
//   data-all       checkbox that ticks all others of that name
//   data-autosave  form that is saved while typing
//   data-after-save  form that is sent once what is typed in the draft beside it is saved
//   data-upload    form that shows how far its upload is
//   data-display   form whose theme and density act at once
//   .scripted      shown only where script runs
// The pane that was swapped is told of by the event "pane" on the document.
"use strict";
(() => {
  const wide = matchMedia("(min-width: 1101px)");
  const live = (words) => {
    const place = document.getElementById("live");
    if (place) place.textContent = words;
  };
  const pageOf = async (url) => {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const reveal = (root) => root.querySelectorAll(".scripted").forEach((element) => { element.hidden = false; });
  reveal(document);
  // Where the pages of a release are a strip, the one that is shown is in sight; the page itself does not move.
  const strip = document.querySelector(".side");
  const shown = strip?.querySelector("[aria-current]");
  if (shown) {
    const [of, at] = [strip, shown].map((element) => element.getBoundingClientRect());
    strip.scrollLeft += at.left - of.left - (of.width - at.width) / 2;
  }
  // Where a form was refused, one goes on at what is wrong with it.
  const errors = () => document.querySelector("#main [role=alert]");
  if (!location.hash) errors()?.focus();
  document.addEventListener("htmx:afterSwap", () => reveal(document));
  // Where the session has ended, the sign-in page is no part of the list; it leads back to what was asked for.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const at = event.detail.xhr.responseURL;
    if (new URL(at, location.href).pathname !== "/sign-in") return;
    event.detail.shouldSwap = false;
    location.assign(at);
  });

  // The finding beside the list.
  const showPane = async (link) => {
    const pane = document.getElementById("pane");
    // What is typed into a pane that is about to go would be lost.
    if (pane) { pane.inert = true; pane.setAttribute("aria-busy", "true"); }
    try {
      const page = await pageOf(link.href);
      const fresh = page.getElementById("pane");
      if (!fresh || !pane) throw new Error("no pane");
      pane.replaceWith(document.adoptNode(fresh));
      document.querySelectorAll("tr[aria-current]").forEach((row) => row.removeAttribute("aria-current"));
      link.closest("tr").setAttribute("aria-current", "true");
      document.title = page.title;
      history.pushState({}, "", link.href);
      live(document.getElementById("pane-title").textContent);
      document.dispatchEvent(new Event("pane"));
    } catch {
      location.assign(link.href);
    }
  };
  addEventListener("popstate", () => location.reload());

  // The signing page as a dialog.
  const showDialog = async (link) => {
    const dialog = document.getElementById("dialog");
    try {
      const page = await pageOf(link.href);
      const form = page.getElementById("sign-form");
      if (!form) throw new Error("no form");
      const header = document.createElement("header");
      const heading = document.createElement("h2");
      heading.textContent = page.querySelector("h1").textContent;
      header.append(heading);
      const what = page.getElementById("what");
      dialog.replaceChildren(header, ...[what, form].filter(Boolean).map((part) => document.adoptNode(part)));
      dialog.setAttribute("aria-label", heading.textContent);
      dialog.showModal();
    } catch {
      location.assign(link.href);
    }
  };

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("a");
    if (!link) return;
    if (link.hasAttribute("data-pane") && wide.matches && document.getElementById("pane")) {
      event.preventDefault();
      showPane(link);
    } else if (link.dataset.key === "sign") {
      event.preventDefault();
      showDialog(link);
    } else if (link.closest("dialog") && link.classList.contains("plain")) {
      event.preventDefault();
      link.closest("dialog").close();
    }
  });

  document.addEventListener("change", (event) => {
    const all = event.target.dataset.all;
    if (all) {
      const boxes = event.target.form.querySelectorAll(`input[name="${CSS.escape(all)}"]:not(:disabled)`);
      boxes.forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.closest("form[data-display]")) {
      const set = (name, value, none) => {
        if (value === none) document.documentElement.removeAttribute(name);
        else document.documentElement.setAttribute(name, value);
      };
      if (event.target.name === "theme") set("data-theme", event.target.value, "system");
      if (event.target.name === "density") set("data-density", event.target.value, "comfortable");
    }
  });

  // Drafts are saved a moment after the last key; the button still saves without script. One save at a time: the
  // first one of a new record makes it, and the form goes on as that record's.
  const pending = [];
  document.querySelectorAll("form[data-autosave]").forEach((form) => {
    const typed = () => {
      const data = new FormData(form);
      ["csrf", "expected", "form-id"].forEach((name) => data.delete(name));
      return new URLSearchParams(data).toString();
    };
    const isEmpty = () => !form.elements.link && [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), textarea")].every((field) => !field.value);
    // A form that was shown again with a row or link more or less is not saved yet.
    const unsaved = form.dataset.autosave === "unsaved" && !(form.elements["form-id"] && isEmpty());
    let saved = unsaved ? null : typed();
    let saving = null;
    let timer;
    // What sends something beside the draft first brings what is typed to the server.
    pending.push(async () => { clearTimeout(timer); if (form.isConnected) await save(); });
    const person = (page) => page.querySelector(".me-name")?.textContent;
    const post = () => fetch(form.getAttribute("action"), {
      method: "POST", credentials: "same-origin", headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    // Whoever signed in again, in another tab, goes on here: the token of the new session is on this page's address.
    const renewed = async () => {
      const page = await pageOf(location.href);
      const token = page.querySelector("form[data-autosave] input[name=csrf]");
      if (!token || person(page) !== person(document)) return false;
      document.querySelectorAll("input[name=csrf]").forEach((input) => { input.value = token.value; });
      return true;
    };
    const refused = (status) => status === 401 || status === 403;
    const sayEnded = () => {
      const link = document.createElement("a");
      link.href = "/sign-in";
      link.target = "_blank";
      link.textContent = "Sign in again in another tab";
      document.getElementById("autosaved").replaceChildren(
        "Not saved: your session ended. ", link, ", then what is here is saved; or use Save draft, which keeps it while you sign in.");
    };
    const becomeRecord = async (edit) => {
      form.setAttribute("action", edit);
      form.elements["form-id"].remove();
      history.replaceState({}, "", edit);
      const page = await pageOf(edit);
      for (const part of [".crumbs", "#draft-head", "#draft-files"]) {
        document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
      }
      document.title = page.title;
    };
    const send = async () => {
      const now = typed();
      if (now === saved) return;
      let words;
      try {
        let answer = await post();
        if (refused(answer.status) && await renewed()) answer = await post();
        if (answer.status === 401) { sayEnded(); return; }
        if (answer.status === 409) {
          document.getElementById("autosaved").textContent = "not saved: it was changed elsewhere meanwhile; Save draft shows both";
          return;
        }
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const { expected, edit } = await answer.json();
        saved = now;
        words = `saved ${new Date().toISOString().slice(11, 16)}`;
        // The draft is there, even where the rest of its page cannot be brought now.
        if (form.elements["form-id"]) await becomeRecord(edit).catch(() => {});
        document.querySelectorAll("input[name=expected]").forEach((input) => { input.value = expected; });
        document.getElementById("saved")?.remove();
      } catch {
        words = "not saved by itself; use Save draft";
      }
      document.getElementById("autosaved").textContent = words;
    };
    const save = async () => {
      await saving;
      saving = send();
      await saving;
      saving = null;
    };
    if (unsaved) save();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && form.isConnected) save();
    });
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1500);
    });
    // A button waits for the save that is under way: it would name a draft that is being replaced.
    form.addEventListener("submit", async (event) => {
      clearTimeout(timer);
      if (!saving) return;
      event.preventDefault();
      await saving;
      form.requestSubmit(event.submitter);
    });
  });

  // Progress of an upload; the answer replaces the page as it would without script.
  document.querySelectorAll("form[data-after-save]").forEach((form) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await Promise.all(pending.map((bring) => bring()));
      form.submit();
    });
  });
  document.querySelectorAll("form[data-upload]").forEach((form) => {
    const place = form.querySelector("[data-progress]");
    if (!place) return;
    place.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await Promise.all(pending.map((bring) => bring()));
      const bar = place.querySelector("progress");
      const words = place.querySelector("[role=status]");
      const request = new XMLHttpRequest();
      place.hidden = false;
      request.upload.addEventListener("progress", (step) => {
        if (!step.lengthComputable) return;
        bar.value = Math.floor((step.loaded / step.total) * 100);
        words.textContent = `${(step.loaded / 1e6).toFixed(1)} of ${(step.total / 1e6).toFixed(1)} MB`;
      });
      request.addEventListener("load", () => {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const main = page.getElementById("main");
        if (!main) { location.reload(); return; }
        document.getElementById("main").replaceWith(document.adoptNode(main));
        document.title = page.title;
        history.replaceState({}, "", request.responseURL);
        (errors() ?? document.getElementById("main")).focus();
      });
      request.addEventListener("error", () => { words.textContent = "The connection broke; nothing was stored. Try again."; });
      request.open("POST", form.action);
      request.send(new FormData(form));
    });
  });

  // Single keys, off inside inputs and when the account says so.
  const rows = () => [...document.querySelectorAll("main table tbody tr")].filter((row) => row.querySelector(".rowlink") && row.offsetParent);
  const focused = () => document.activeElement.closest && document.activeElement.closest("tr");
  const move = (step) => {
    const all = rows();
    const now = all.indexOf(focused());
    const start = now < 0 ? all.findIndex((row) => row.hasAttribute("aria-current")) : now;
    const next = all[Math.min(Math.max(start + step, 0), all.length - 1)];
    if (next) next.querySelector(".rowlink").focus();
  };
  const press = (name) => {
    const target = document.querySelector(`[data-key="${name}"]`);
    if (target) target.click();
    return Boolean(target);
  };
  const boxOf = (row) => row?.querySelector("input[type=checkbox]:not(:disabled)");
  const select = () => {
    const box = boxOf(focused()) ?? boxOf(document.querySelector("#list tr[aria-current]"));
    if (box) box.click();
  };
  // What is ticked is signed, else the finding whose row has the focus, else the one beside the list.
  const sign = () => {
    const button = document.querySelector("[data-key=sign-selected]:not(:disabled)");
    if (button?.form.querySelector("input[name=finding]:checked")) { button.click(); return; }
    const row = focused();
    const box = button && row && !row.hasAttribute("aria-current") && boxOf(row);
    if (box) showDialog({ href: `${button.formAction}?${new URLSearchParams({ finding: box.value })}` });
    else press("sign");
  };
  let gone = 0;
  document.addEventListener("keydown", (event) => {
    const search = document.querySelector(".find input");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && search) {
      event.preventDefault();
      search.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !document.body.hasAttribute("data-keys")) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog[open]")) return;
    if (event.timeStamp - gone < 1500 && gone) {
      gone = 0;
      const place = { r: "/records", f: "/findings", c: "/components", p: "/products", w: "/" }[event.key];
      if (place) location.assign(place);
      return;
    }
    const acts = {
      "/": () => search && search.focus(),
      "?": () => location.assign("/account#keys"),
      j: () => { if (rows().length) move(1); else press("next"); },
      k: () => { if (rows().length) move(-1); else press("previous"); },
      x: select,
      a: () => { const form = document.getElementById("assessment"); if (form) form.querySelector("input:not([type=hidden]), select, textarea").focus(); },
      s: sign,
      e: () => press("edit"),
      g: () => { gone = event.timeStamp; },
    };
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
})();
