import { place } from "../router";
import { waiting } from "../state/accounts";
import { Icon, type IconName } from "../ui/Icon";
import { type Key, t } from "../words";

interface Tab {
  path: string;
  word: Key;
  icon: IconName;
  testid: string;
  under: string[]; // the first parts of the addresses that belong to it
}

const tabs: Tab[] = [
  { path: "", word: "shell.tab.requests", icon: "requests", testid: "tab-requests", under: ["request"] },
  { path: "codes", word: "shell.tab.codes", icon: "codes", testid: "tab-codes", under: ["codes"] },
  { path: "history", word: "shell.tab.history", icon: "history", testid: "tab-history", under: ["history"] },
  { path: "settings", word: "shell.tab.settings", icon: "settings", testid: "tab-device", under: ["settings", "account", "link"] },
];

const holds = (tab: Tab, first: string): boolean => tab.path === first || tab.under.includes(first);

// placeName is what the place is called that an address belongs to.
export function placeName(first: string): string {
  const tab = tabs.find((one) => holds(one, first));
  return tab ? t(tab.word) : "";
}

// Tabs lead to the four places of the app.
export function Tabs() {
  const here = place.value.path[0] ?? "";
  return (
    <nav class="tabs" id="tabs" aria-label={t("shell.places")}>
      {tabs.map((tab) => (
        <a key={tab.path} href={`#/${tab.path}`} aria-current={holds(tab, here) ? "page" : undefined} data-testid={tab.testid}>
          <Icon name={tab.icon} />{t(tab.word)}{tab.path === "" && <Badge />}
        </a>
      ))}
    </nav>
  );
}

function Badge() {
  const count = waiting.value;
  return (
    <span class="badge" hidden={count === 0} data-testid="badge">
      <span aria-hidden="true">{count}</span><span class="visually-hidden">{t("shell.waiting", { n: count })}</span>
    </span>
  );
}
