"use strict";

// Pages work without any of this. What has data-live and an id is replaced when something has
// changed, and a form with data-progress shows how much of its file has been sent.

const PAUSE = 2000;
let wanted = false;
let waiting = false;

async function renew() {
  waiting = false;
  if (document.hidden) {
    wanted = true;
    return;
  }
  wanted = false;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelectorAll("[data-live]").forEach(old => {
    const fresh = page.getElementById(old.id);
    if (fresh && fresh.innerHTML !== old.dataset.shown) {
      replace(old, fresh);
    }
  });
}

function replace(old, fresh) {
  const html = fresh.innerHTML;
  const focused = document.activeElement;
  const isInside = old.contains(focused);
  if (isInside && focused.matches("input, select, textarea")) {
    return; // somebody is writing there
  }
  const opened = Array.from(old.querySelectorAll("details[open][id]"), each => each.id);
  const address = isInside ? focused.getAttribute("href") : null;
  old.replaceChildren(...document.importNode(fresh, true).childNodes);
  old.dataset.shown = html;
  opened.forEach(id => document.getElementById(id)?.setAttribute("open", ""));
  if (address) {
    Array.from(old.querySelectorAll("a"))
      .find(each => each.getAttribute("href") === address)
      ?.focus();
  }
}

function changed() {
  if (!waiting) {
    waiting = true;
    setTimeout(() => renew().catch(() => {}), PAUSE);
  }
}

if (document.querySelector("[data-live]")) {
  const stream = new EventSource("/api/v1/changes");
  let last = document.querySelector("main").dataset.stamp;
  stream.addEventListener("message", event => {
    if (last !== event.data) {
      changed();
    }
    last = event.data;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wanted) {
      changed();
    }
  });
}

function send(form, submitter) {
  const shown = form.querySelector("progress");
  const said = form.querySelector("[role=status]");
  const call = new XMLHttpRequest();
  call.open("POST", submitter?.formAction || form.action);
  call.upload.addEventListener("progress", event => {
    if (event.lengthComputable) {
      shown.max = event.total;
      shown.value = event.loaded;
      said.textContent = Math.floor((100 * event.loaded) / event.total) + " % sent";
    }
  });
  call.addEventListener("load", () => {
    if (call.status < 400 && call.responseURL !== (submitter?.formAction || form.action)) {
      location.assign(call.responseURL);
      return;
    }
    // A refusal, or an answer without an address of its own, takes the place of the page.
    const page = new DOMParser().parseFromString(call.responseText, "text/html");
    const main = page.querySelector("main");
    if (main) {
      document.querySelector("main").replaceWith(document.importNode(main, true));
    }
  });
  call.addEventListener("error", () => {
    said.textContent = "The file was not sent: the connection was lost. Send it again.";
    shown.hidden = true;
  });
  shown.hidden = false;
  call.send(new FormData(form, submitter));
}

document.querySelectorAll("form[data-progress]").forEach(form =>
  form.addEventListener("submit", event => {
    event.preventDefault();
    send(form, event.submitter);
  })
);
