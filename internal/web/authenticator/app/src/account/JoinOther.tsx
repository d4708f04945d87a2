import { useStage } from "../link/useStage";
import type { Account } from "../state/account";
import { ErrorNote } from "../ui/ErrorNote";
import type { Purpose } from "./calls";
import { JoinChoice } from "./JoinChoice";
import { JoinCode } from "./JoinCode";
import { JoinEnd } from "./JoinEnd";
import { JoinIntro } from "./JoinIntro";
import { useJoin } from "./useJoin";

// JoinOther links another device with the help of this one: a code is made here
// and read there, then the number that is shown there is chosen here.
export function JoinOther({ account, purpose }: { account: Account; purpose: Purpose }) {
  const joining = useJoin(account, purpose);
  const { opened, join, end } = joining;
  const place = useStage<HTMLElement>(end?.state ?? (opened ? join?.state ?? "open" : "intro"));
  return (
    <section class="stack" ref={place} data-testid={`join-${purpose}`}>
      {end && <JoinEnd account={account} end={end} onAgain={joining.begin} />}
      {!end && !opened && <JoinIntro purpose={purpose} onBegin={joining.begin} />}
      {!end && opened && join?.state === "claimed" && <JoinChoice join={join} clock={account.clock} onAnswer={joining.answer} />}
      {!end && opened && join?.state !== "claimed" && <JoinCode account={account} opened={opened} online={joining.online} onCancel={joining.cancel} />}
      <ErrorNote error={joining.error} />
    </section>
  );
}
