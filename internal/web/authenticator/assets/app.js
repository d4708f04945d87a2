// The authenticator page: one account, a few views, and where they are.

import { copyButtons } from "./copy.js";
import { codeInFragment } from "./invitation.js";
import { Session } from "./session.js";
import { codesView } from "./view/codes.js";
import { deviceView } from "./view/device.js";
import { announce, h, icon } from "./view/dom.js";
import { historyView } from "./view/history.js";
import { linkView } from "./view/link.js";
import { requestView } from "./view/request.js";
import { requestsView } from "./view/requests.js";
import { explain } from "./view/words.js";

const main = document.getElementById("main");
const tabs = document.getElementById("tabs");
const connection = document.getElementById("connection");
const title = document.title;

const places = [
  { path: "", word: "Requests", icon: "requests", view: requestsView },
  { path: "codes", word: "Code", icon: "codes", view: codesView },
  { path: "history", word: "History", icon: "history", view: historyView },
  { path: "device", word: "Device", icon: "device", view: deviceView },
];

let session;
let leave = new AbortController();

// show puts a view in place and ends the one before.
function show(make) {
  leave.abort();
  leave = new AbortController();
  main.replaceChildren(make(leave.signal));
  main.removeAttribute("aria-busy");
}

function route() {
  if (!session) return;
  const [path, id] = location.hash.replace(/^#\/?/, "").split("/");
  const place = places.find((one) => one.path === path) ?? places[0];
  if (path.startsWith("code=")) {
    codeInFragment();
    announce("This browser is linked already. Unlink it first to use another code.");
  }
  show((signal) => (id && (path === "request" || path === "history") ? requestView(session, decodeURIComponent(id), signal) : place.view(session, signal)));
  drawTabs(place.path);
}

function drawTabs(current) {
  tabs.hidden = !session;
  if (!session) return;
  tabs.replaceChildren(...places.map(({ path, word, icon: picture }) => h("a", {
    href: `#/${path}`, "aria-current": path === current ? "page" : null, "data-testid": `tab-${path || "requests"}`,
  }, icon(picture), word, path === "" && badge())));
}

function badge() {
  const count = session.pending.length;
  return h("span", { class: "badge", hidden: count === 0, "data-testid": "badge" }, String(count), h("span", { class: "visually-hidden" }, " waiting"));
}

const states = { live: "Connected", polling: "Connected", offline: "Reconnecting…", "": "Connecting…" };

function drawState() {
  connection.dataset.state = session?.live ?? "";
  connection.textContent = session ? states[session.live] : "";
}

function drawCount({ detail }) {
  const count = session.pending.length;
  document.title = count > 0 ? `(${count}) ${title}` : title;
  tabs.querySelector(".badge")?.replaceWith(badge());
  for (const { question } of detail.fresh) announce(`New request from ${question.application.name}: ${question.message}`);
}

// begin takes a linked account into use.
function begin(linked) {
  session = linked;
  session.addEventListener("live", drawState);
  session.addEventListener("pending", drawCount);
  session.addEventListener("gone", () => gone(linked));
  drawState();
  session.start();
  route();
}

function gone(ended) {
  if (session !== ended) return;
  session = undefined;
  document.title = title;
  drawState();
  drawTabs();
  history.replaceState(null, "", `${location.pathname}#/`);
  showLink();
  announce("This browser is no longer linked");
}

function showLink() {
  show(() => linkView((linked) => {
    history.replaceState(null, "", `${location.pathname}#/`);
    begin(linked);
    main.focus();
    announce("This browser is linked");
  }));
}

// restore takes up what this browser has, which may be another tab's doing.
async function restore() {
  const restored = await Session.restore();
  if (restored && !session) begin(restored);
  return restored !== undefined;
}

async function start() {
  copyButtons();
  addEventListener("hashchange", () => {
    if (!session) {
      if (location.hash.startsWith("#code=")) showLink();
      return;
    }
    route();
    main.focus();
    scrollTo(0, 0);
  });
  try {
    if (!globalThis.isSecureContext) throw new Error("This page needs https. Open it by an address that begins with https://, or on this machine by http://localhost.");
    if (!(await restore())) showLink();
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !session) restore().catch(() => {}); });
  } catch (error) {
    show(() => h("p", { class: "note bad", role: "alert", "data-testid": "error" }, explain(error)));
  }
}

start();
