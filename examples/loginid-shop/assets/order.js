// Confirming a payment. The text is the shop's: this page names the transaction.
import { confirm } from "./loginid.js";
import { onSubmit, post } from "./page.js";

const form = document.querySelector("form[data-tx]");
if (form) {
  onSubmit(form, async () => {
    const token = await confirm(form.dataset.username, form.dataset.tx);
    location.assign((await post(form.dataset.confirm, { token })).to);
  });
}
