import { Broken } from "./frame/Broken";
import { Frame } from "./frame/Frame";
import { LinkScreen } from "./link/LinkScreen";
import { AskDialog } from "./lock/AskDialog";
import { UnlockScreen } from "./lock/UnlockScreen";
import { locked } from "./lock/lock";
import { place } from "./router";
import { bare, screen } from "./screens";
import { accounts } from "./state/accounts";

// App is the screen at the address, in its frame: behind the lock, if there is
// one, and the welcome where no account is linked.
export function App() {
  const { path } = place.value;
  return <Frame><Broken at={path.join("/")}>{content(path)}</Broken><AskDialog /></Frame>;
}

function content(path: string[]) {
  if (locked.value) return <UnlockScreen />;
  if (accounts.value.length === 0 && !bare.includes(path[0] ?? "")) return <LinkScreen way="" />;
  return screen(path);
}
