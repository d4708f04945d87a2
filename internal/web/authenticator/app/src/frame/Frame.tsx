import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Farewells } from "../account/Farewells";
import { place } from "../router";
import { accounts } from "../state/accounts";
import { Announcements } from "../ui/announce";
import { t } from "../words";
import { Notices } from "./Notices";
import { Tabs } from "./Tabs";
import { Top } from "./Top";

// hasTabs: whoever is new is led through linking first. Codes and settings are
// there without an account as well.
const hasTabs = ([first = ""]: string[]): boolean => accounts.value.length > 0 || first === "codes" || first === "settings";

// Frame is what stands around every screen. Whoever comes to another screen by
// keyboard or screen reader begins at its top.
export function Frame({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const where = place.value.path.join("/");
  useEffect(() => {
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [where]);
  const tabs = hasTabs(place.value.path);
  return (
    <>
      <Top settings={!tabs} />
      <Notices />
      <div class={`shell${tabs ? "" : " bare"}`}>
        {tabs && <Tabs />}
        <main id="main" ref={main} tabIndex={-1} data-testid="view" aria-label={t("shell.name")}>{children}</main>
      </div>
      <Farewells />
      <Announcements />
    </>
  );
}
