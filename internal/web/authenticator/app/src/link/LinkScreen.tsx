import { to } from "../router";
import { Back } from "../ui/Back";
import { t } from "../words";
import { CodeWay } from "./CodeWay";
import { Confirm } from "./Confirm";
import { JoinWait } from "./JoinWait";
import { PhoneWay } from "./PhoneWay";
import { RecoveryWay } from "./RecoveryWay";
import { ScanWay } from "./ScanWay";
import { step } from "./step";
import { useStage } from "./useStage";
import { Welcome } from "./Welcome";

const ways: Record<string, () => preact.JSX.Element> = { scan: ScanWay, code: CodeWay, phone: PhoneWay, recovery: RecoveryWay };

// LinkScreen is where a browser becomes a key to an account: "#/link" offers
// the ways, "#/link/phone" and its like are one of them.
export function LinkScreen({ way }: { way: string }) {
  const place = useStage<HTMLDivElement>(step.value.at);
  return <div class="link stack" ref={place} data-testid="link-view">{content(way)}</div>;
}

function content(way: string) {
  const now = step.value;
  if (now.at === "confirm") return <Confirm invitation={now.invitation} key={JSON.stringify(now.invitation)} />;
  if (now.at === "join") return <JoinWait attempt={now.attempt} join={now.join} />;
  const Way = Object.hasOwn(ways, way) ? ways[way] : undefined;
  if (!Way) return <Welcome />;
  return <><Back to={to("link")} word={t("link.back")} /><Way /></>;
}
