// Signing in and creating an account.
import { register, signIn } from "./loginid.js";
import { onSubmit, post } from "./page.js";

const ceremonies = {
  signIn: async (username) => signIn(username, (await post("/tokens/login", { username })).token),
  register: async (username, roaming) => register(username, (await post("/tokens/register", { username })).token, roaming),
};

for (const form of document.querySelectorAll("form[data-ceremony]")) {
  onSubmit(form, async (fields) => {
    const username = fields.get("username").trim();
    const token = await ceremonies[form.dataset.ceremony](username, fields.has("roaming"));
    location.assign((await post("/session", { username, token })).to);
  });
}
