// Elements without markup: what others wrote is only ever text.

const svg = "http://www.w3.org/2000/svg";

// h makes an element. Attributes that are functions listen; false, null and
// undefined leave out; children may be nested lists.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// s is h for pictures.
function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svg, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// quote shows somebody else's words: their direction stays theirs, and what
// cannot be seen is made visible.
export function quote(text, attributes = {}) {
  return h("bdi", { dir: "auto", ...attributes }, text.replace(invisible, "\uFFFD"));
}

const invisible = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

export function icon(name) {
  return s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, s("path", { d: icons[name] }));
}

const icons = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
};

let counter = 0;

// id gives names for labels and their fields.
export function id(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

export function announce(text) {
  const region = document.getElementById("live");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 30);
}

export const when = (iso) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

// remaining writes milliseconds as 9:32, 2 h 05 min or 3 days.
export function remaining(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 172800) return `${Math.floor(seconds / 86400)} days`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
