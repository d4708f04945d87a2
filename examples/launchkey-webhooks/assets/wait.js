// Waits for the state of this page to change, and shows the page again. The
// server holds each question until it does, or for some seconds.
const card = document.querySelector("[data-state]");

async function wait() {
  for (let failures = 0; failures < 5; ) {
    try {
      const answer = await fetch(card.dataset.ask, { headers: { Accept: "application/json" } });
      if (!answer.ok) break;
      const { state } = await answer.json();
      if (state !== card.dataset.state) break;
      failures = 0;
    } catch {
      failures++;
      await new Promise((go) => setTimeout(go, 1000 * failures));
    }
  }
  location.reload();
}

if (["pending", "in"].includes(card?.dataset.state)) wait();
else card?.querySelector("form[data-go]")?.requestSubmit();
