import { useState } from "preact/hooks";
import { useStage } from "../link/useStage";
import type { Account } from "../state/account";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { t } from "../words";
import { codesLeft, makeCodes } from "./calls";
import { FreshCodes } from "./FreshCodes";
import { prove } from "./prove";
import { type Loaded, useLoad } from "./useLoad";
import { Waiting } from "./Waiting";

const few = 3; // from here on it is time for new ones

// RecoveryCodes says how many ways back are left, and makes new ones.
export function RecoveryCodes({ account }: { account: Account }) {
  const loaded = useLoad(() => codesLeft(account));
  const [fresh, setFresh] = useState<string[]>();
  const done = () => { setFresh(undefined); void loaded.again(); };
  const place = useStage<HTMLDivElement>(fresh ? "fresh" : "left");
  return <div ref={place}>{fresh ? <FreshCodes account={account} codes={fresh} onDone={done} /> : <Left account={account} loaded={loaded} onMade={setFresh} />}</div>;
}

function Left({ account, loaded, onMade }: { account: Account; loaded: Loaded<number>; onMade: (codes: string[]) => void }) {
  return (
    <section class="stack" data-testid="recovery">
      <h1>{t("account.recovery.title")}</h1>
      <p class="lead">{t("account.recovery.about")}</p>
      <Waiting of={loaded} text={t("account.recovery.loading")}>
        {(left) => (
          <section class="card raised stack">
            <p class="codes-left" data-testid="codes-left" data-left={left}>{left === 0 ? t("account.recovery.none") : t("account.recovery.left", { n: left })}</p>
            {left > 0 && left <= few && <Note kind="wait">{t("account.recovery.few")}</Note>}
            <Make account={account} left={left} onMade={onMade} />
          </section>
        )}
      </Waiting>
    </section>
  );
}

function Make({ account, left, onMade }: { account: Account; left: number; onMade: (codes: string[]) => void }) {
  const [asking, setAsking] = useState(false);
  const make = async () => {
    await prove(t("account.recovery.title"));
    onMade(await makeCodes(account));
  };
  if (left === 0) return <Form word={t("account.recovery.make")} busyWord={t("account.recovery.making")} testid="make-codes" onSubmit={make} />;
  return (
    <>
      <Button kind="quiet" size="wide" testid="renew-codes" onClick={() => setAsking(true)}>{t("account.recovery.renew")}</Button>
      {asking && (
        <Dialog title={t("account.recovery.renew.title")} onClose={() => setAsking(false)} testid="renew-dialog">
          <p>{t("account.recovery.renew.text")}</p>
          <Form word={t("account.recovery.renew")} busyWord={t("account.recovery.making")} danger testid="make-codes" onSubmit={make} />
          <Button kind="quiet" size="wide" onClick={() => setAsking(false)}>{t("account.cancel")}</Button>
        </Dialog>
      )}
    </>
  );
}
