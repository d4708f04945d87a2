// The authenticator: what happens when the page opens.

import { render } from "preact";
import { watchFarewells } from "./account/farewell";
import { App } from "./App";
import "./app.css";
import { followTheme } from "./frame/theme";
import { announceFresh } from "./frame/title";
import { followShared } from "./link/step";
import { followAll } from "./live";
import { startLock } from "./lock/lock";
import { startPush } from "./push";
import * as accounts from "./state/accounts";
import * as settings from "./state/settings";
import { StorageBusy } from "./state/store";
import { Note } from "./ui/Note";
import { explain, followLanguage, spoken, t } from "./words";

async function start(page: HTMLElement): Promise<void> {
  if (!globalThis.isSecureContext) return fail(page, t("shell.insecure"));
  try {
    await settings.load();
    await Promise.all([spoken(), accounts.load(), startLock()]);
  } catch (error) {
    return fail(page, error instanceof StorageBusy ? explain(error) : t("shell.private"));
  }
  followTheme();
  followLanguage();
  followShared();
  watchFarewells();
  page.replaceChildren();
  render(<App />, page);
  announceFresh();
  followAll();
  startPush();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) accounts.load().catch(() => {}); });
}

function fail(page: HTMLElement, sentence: string): void {
  page.replaceChildren();
  render(<main id="main" class="narrow error-page"><Note kind="bad" testid="error">{sentence}</Note></main>, page);
}

const page = document.getElementById("app");
if (page) void start(page);
