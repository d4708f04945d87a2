import { accounts } from "../state/accounts";
import { to } from "../router";
import { Back } from "../ui/Back";
import { Icon, type IconName } from "../ui/Icon";
import { type Key, t } from "../words";

interface Way {
  path: string;
  icon: IconName;
  word: Key;
  hint: Key;
}

const ways: Way[] = [
  { path: "scan", icon: "scan", word: "link.way.scan", hint: "link.way.scan.hint" },
  { path: "code", icon: "edit", word: "link.way.code", hint: "link.way.code.hint" },
  { path: "phone", icon: "phone", word: "link.way.phone", hint: "link.way.phone.hint" },
];

// Welcome says what this is to somebody who never saw it, and how to begin.
export function Welcome() {
  const another = accounts.value.length > 0;
  return (
    <div class="stack-large">
      <div class="stack-small">
        {another && <Back to={to("settings")} word={t("shell.settings.title")} />}
        <h1>{t(another ? "link.another.title" : "link.welcome.title")}</h1>
        <p class="lead">{t(another ? "link.another.lead" : "link.welcome.lead")}</p>
      </div>
      <nav aria-label={t("link.welcome.ways")}>
        <ul class="ways">{ways.map((way) => <li key={way.path}><WayLink {...way} /></li>)}</ul>
      </nav>
      <ul class="ways-small">
        <li><a href={to("link", "recovery")} data-testid="link-by-recovery"><Icon name="key" />{t("link.way.recovery")}</a></li>
        <li><a href={to("codes", "import")} data-testid="link-import"><Icon name="codes" />{t("link.way.import")}</a></li>
      </ul>
      <p class="small soft">{t("link.welcome.promise")}</p>
    </div>
  );
}

function WayLink({ path, icon, word, hint }: Way) {
  return (
    <a class="way" href={to("link", path)} data-testid={`link-by-${path}`}>
      <span class="way-picture"><Icon name={icon} /></span>
      <span class="way-words"><strong>{t(word)}</strong><span class="soft small">{t(hint)}</span></span>
      <Icon name="next" />
    </a>
  );
}
