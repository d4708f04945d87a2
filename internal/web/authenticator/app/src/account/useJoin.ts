import { useEffect, useState } from "preact/hooks";
import { replace } from "../router";
import type { Account } from "../state/account";
import { Problem } from "../wire/problem";
import { answerJoin, type Join, type JoinState, type Opened, openJoin, type Purpose, withdrawJoin } from "./calls";
import { leaveBy } from "./farewell";
import { over, watch } from "./watch";

// End is how a join came out. A mismatch is a wrong number.
export type End = { state: "approved" | "refused" | "expired" | "mismatch"; name: string };

// Joining is a join of another device as this one sees it.
export interface Joining {
  opened: Opened | undefined;
  join: Join | undefined; // once a device came
  end: End | undefined;
  online: boolean;
  error: unknown;
  begin: () => Promise<void>;
  answer: (number?: string) => Promise<void>;
  cancel: () => void;
}

// useJoin opens joins and follows them for as long as the screen is there; a join
// that is left behind is withdrawn.
export function useJoin(account: Account, purpose: Purpose): Joining {
  const [opened, setOpened] = useState<Opened>();
  const [join, setJoin] = useState<Join>();
  const [end, setEnd] = useState<End>();
  const [online, setOnline] = useState(true);
  const [error, setError] = useState<unknown>();
  const finish = (state: End["state"], name: string) => { setEnd({ state, name }); setOpened(undefined); };
  useEffect(() => {
    if (!opened) return;
    const stop = new AbortController();
    let last: JoinState = "open";
    let name = "";
    const onJoin = (next: Join) => {
      last = next.state;
      name = next.device?.name ?? name;
      if (over(last)) finish(last as End["state"], name);
      else setJoin(next);
    };
    watch(account, opened.id, { signal: stop.signal, onJoin, onOnline: setOnline }).catch((caught: unknown) => {
      if (isOver(caught)) finish("expired", name);
      else setError(caught);
    });
    return () => {
      stop.abort();
      if (!over(last)) void withdrawJoin(account, opened.id).catch(() => {});
    };
  }, [opened]);
  const begin = async () => {
    setEnd(undefined);
    setJoin(undefined);
    setError(undefined);
    setOpened(await openJoin(account, purpose));
  };
  const answer = async (number?: string) => {
    if (!opened) return;
    const name = join?.device?.name ?? "";
    const send = () => answerJoin(account, opened.id, number);
    try {
      if (purpose === "move" && number !== undefined) {
        await leaveBy(account, "moved", send);
        return replace();
      }
      await send();
      finish(number === undefined ? "refused" : "approved", name);
    } catch (caught) {
      if (caught instanceof Problem && caught.code === "join_mismatch") finish("mismatch", name);
      else if (isOver(caught)) finish("expired", name);
      else throw caught;
    }
  };
  return { opened, join, end, online, error, begin, answer, cancel: () => setOpened(undefined) };
}

const isOver = (error: unknown): boolean => error instanceof Problem && ["join_over", "join_unknown"].includes(error.code);
