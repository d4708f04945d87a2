import { to } from "../router";
import type { Account } from "../state/account";
import { Icon, type IconName } from "../ui/Icon";
import { type Key, t } from "../words";

const entries: { path: string; icon: IconName; word: Key; hint: Key }[] = [
  { path: "devices", icon: "devices", word: "account.menu.devices", hint: "account.menu.devices.hint" },
  { path: "add", icon: "plus", word: "account.menu.add", hint: "account.menu.add.hint" },
  { path: "move", icon: "move", word: "account.menu.move", hint: "account.menu.move.hint" },
  { path: "recovery", icon: "key", word: "account.menu.recovery", hint: "account.menu.recovery.hint" },
  { path: "sessions", icon: "logout", word: "account.menu.sessions", hint: "account.menu.sessions.hint" },
];

// Menu leads to what can be done about an account.
export function Menu({ account }: { account: Account }) {
  return (
    <nav aria-label={t("account.menu")}>
      <ul class="rows">
        {entries.map(({ path, icon, word, hint }) => (
          <li key={path}>
            <a href={to("account", account.id, path)} data-testid={`account-${path}`}>
              <span class="row-picture"><Icon name={icon} /></span>
              <span class="row-text"><span>{t(word)}</span><span>{t(hint)}</span></span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
