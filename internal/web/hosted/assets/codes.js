import { copies } from "./forms.js";

// recoveryCodes gives the list its tools: copy, download, print.
export function recoveryCodes() {
  const list = document.querySelector("[data-codes]");
  const tools = document.querySelector("[data-tools]");
  if (!list || !tools) return;
  const text = () => [...list.querySelectorAll("code")].map((code) => code.textContent).join("\n") + "\n";
  tools.hidden = false;
  copies(tools.querySelector("[data-copy-codes]"), text);
  tools.querySelector("[data-print]").addEventListener("click", () => window.print());
  const download = tools.querySelector("[data-download]");
  download.addEventListener("click", () => save(download.dataset.download, text()));
}

function save(title, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${title}\n\n${text}`], { type: "text/plain" }));
  link.download = "recovery-codes.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
