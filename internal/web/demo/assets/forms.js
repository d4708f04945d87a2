// A form that was sent says so and is not sent twice. Coming back to the page
// by the browser's history makes it usable again.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button:not([type=button])");
  const word = button.textContent;
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.busy + "…";
  });
  addEventListener("pageshow", () => {
    button.removeAttribute("aria-busy");
    button.textContent = word;
  });
}
document.querySelector("[aria-invalid=true]")?.focus();
