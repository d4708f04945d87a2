// The one-time code of the account.

import { codeAt } from "../totp.js";
import { h, quote, s } from "./dom.js";
import { empty } from "./parts.js";
import { rings } from "./requests.js";

export function codesView(session, signal) {
  const seed = session.totp;
  const title = h("h1", {}, "Code");
  if (!seed) return h("div", { class: "stack" }, title, empty(rings(), "No codes here", "This account was linked without a one-time code.", "no-codes"));
  const value = h("output", { class: "totp", "data-testid": "totp" });
  const left = s("circle", { class: "ring-left", cx: "18", cy: "18", r: "15", pathLength: "100" });
  const seconds = h("span", { class: "ring-text", "data-testid": "totp-left" });
  const copy = h("button", { type: "button", class: "quiet", "data-testid": "copy-totp" }, "Copy");
  let shown = "";
  const draw = async () => {
    const code = await codeAt(seed, session.clock.now());
    left.style.strokeDashoffset = String(100 - (100 * code.left) / (seed.period * 1000));
    seconds.textContent = String(Math.ceil(code.left / 1000));
    if (code.value === shown) return;
    shown = code.value;
    copy.dataset.copy = shown;
    value.setAttribute("aria-label", [...shown].join(" "));
    value.replaceChildren(...groups(shown).map((group) => h("span", {}, group)));
  };
  const ticker = setInterval(draw, 500);
  signal.addEventListener("abort", () => clearInterval(ticker));
  draw();
  return h("div", { class: "stack" }, title,
    h("section", { class: "card raised stack center" },
      h("p", { class: "soft" }, quote(seed.issuer), " · ", quote(seed.label)),
      value,
      h("div", { class: "row center-row" },
        h("span", { class: "ring", role: "timer", "aria-label": "Seconds left" }, s("svg", { viewBox: "0 0 36 36", "aria-hidden": "true" }, s("circle", { class: "ring-track", cx: "18", cy: "18", r: "15" }), left), seconds),
        copy),
    ),
    h("p", { class: "small soft" }, "Type it where a service asks for a code. It works without a connection. Nobody who calls you needs it."),
  );
}

const groups = (code) => {
  const middle = Math.ceil(code.length / 2);
  return [code.slice(0, middle), code.slice(middle)];
};
