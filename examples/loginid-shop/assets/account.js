// Adding a passkey to the account of whoever is signed in.
import { add } from "./loginid.js";
import { onSubmit, post } from "./page.js";

onSubmit(document.querySelector("form[data-add]"), async (fields) => {
  const { username, code, token } = await post("/account/passkeys");
  await add(username, code, token, fields.has("roaming"));
  location.reload();
});
