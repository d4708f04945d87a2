// Waiting until the code is typed on another device.
import { wait } from "./loginid.js";
import { explain, post } from "./page.js";

const card = document.querySelector("[data-code]");
const waiting = card.querySelector("[data-waiting]");
const over = card.querySelector("[data-over]");
const clock = card.querySelector("[data-clock]");
const { username, code } = card.dataset;
const end = performance.now() + Number(card.dataset.left) * 1000;
const stop = new AbortController();

function finish() {
  clearInterval(ticking);
  stop.abort();
  waiting.hidden = true;
  over.hidden = false;
  over.querySelector("h1").focus();
}

function tick() {
  const left = Math.ceil((end - performance.now()) / 1000);
  if (left <= 0) return finish();
  clock.textContent = `for ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

const ticking = setInterval(tick, 1000);
tick();
try {
  const token = await wait(username, code, async () => (await post("/tokens/wait", { username })).token, stop.signal);
  location.assign((await post("/session", { username, token })).to);
} catch (error) {
  if (["verification_code_expired", "verification_code_not_found"].includes(error.code)) {
    finish();
  } else if (!stop.signal.aborted) {
    clearInterval(ticking);
    const status = waiting.querySelector(".status");
    status.textContent = explain(error);
    status.hidden = false;
    waiting.querySelector(".waiting").hidden = true;
  }
}
