// Asks how far the approval is, counts down, and moves on to the result.
const page = document.getElementById("waiting");
const face = document.getElementById("countdown");
const dial = document.getElementById("dial");
const trouble = document.getElementById("trouble");
const whole = Math.max(1, Number(page.dataset.whole));
let end = performance.now() + Number(page.dataset.left) * 1000;
let failures = 0;
let asked = 0;
let timer = 0;

function draw() {
  const left = Math.max(0, Math.round((end - performance.now()) / 1000));
  face.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  dial.style.strokeDashoffset = String(100 - (100 * left) / whole);
}

function say(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(`/demo/status?id=${encodeURIComponent(page.dataset.id)}`, { headers: { Accept: "application/json" } });
    const state = await answer.json();
    if (state.next) {
      location.replace(state.next);
      return;
    }
    if (!answer.ok) throw new Error(state.error);
    end = performance.now() + state.seconds_left * 1000;
    failures = 0;
    say("");
  } catch (error) {
    failures += 1;
    if (failures > 1) say(error instanceof TypeError ? "The bank cannot be reached. Trying again…" : error.message);
  }
  asked += 1;
  timer = setTimeout(ask, failures > 0 ? Math.min(1000 * 2 ** failures, 10000) : pace());
}

// pace is quick while an answer is likely, and calm afterwards.
const pace = () => (asked < 20 ? 1000 : 2500);

draw();
setInterval(draw, 1000);
ask();
// A tab in the background is slowed down: look at once when it comes back.
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
