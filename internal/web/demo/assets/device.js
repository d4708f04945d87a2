// Watches for the phone to be linked in another tab.
const box = document.getElementById("link-phone");
const linked = document.getElementById("phone-linked");
const pause = 2500;

async function look() {
  try {
    const answer = await fetch("/demo/device", { headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).linked) {
      box.hidden = true;
      linked.hidden = false;
      return;
    }
  } catch {
    // The next look tells.
  }
  setTimeout(look, pause);
}
setTimeout(look, pause);
