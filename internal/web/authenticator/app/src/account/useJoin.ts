import { useEffect, useRef, useState } from "preact/hooks";
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

// useJoin opens joins and follows them for as long as the screen is there.
export function useJoin(account: Account, purpose: Purpose): Joining {
  const [opened, setOpened] = useState<Opened>();
  const [join, setJoin] = useState<Join>();
  const [end, setEnd] = useState<End>();
  const [online, setOnline] = useState(true);
  const [error, setError] = useState<unknown>();
  const answered = useRef("");
  const finish = (state: End["state"], name: string) => { setEnd({ state, name }); setOpened(undefined); };
  useWatch(account, opened, answered, { onJoin: setJoin, onOnline: setOnline, onEnd: finish, onError: setError });
  const begin = async () => {
    setEnd(undefined);
    setJoin(undefined);
    setError(undefined);
    setOpened(await openJoin(account, purpose));
  };
  const answer = async (number?: string) => {
    if (!opened) return;
    const name = join?.device?.name ?? "";
    const send = async () => {
      await answerJoin(account, opened.id, number);
      answered.current = opened.id;
    };
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

interface Told {
  onJoin: (join: Join) => void;
  onOnline: (online: boolean) => void;
  onEnd: (state: End["state"], name: string) => void;
  onError: (error: unknown) => void;
}

// useWatch follows a join that is open. One that is left behind unanswered is
// withdrawn.
function useWatch(account: Account, opened: Opened | undefined, answered: { current: string }, { onJoin, onOnline, onEnd, onError }: Told): void {
  useEffect(() => {
    if (!opened) return;
    const stop = new AbortController();
    let last: JoinState = "open";
    let name = "";
    const take = (next: Join) => {
      last = next.state;
      name = next.device?.name ?? name;
      if (over(last)) onEnd(last as End["state"], name);
      else onJoin(next);
    };
    watch(account, opened.id, { signal: stop.signal, onJoin: take, onOnline }).catch((caught: unknown) => {
      if (isOver(caught)) onEnd("expired", name);
      else onError(caught);
    });
    return () => {
      stop.abort();
      if (!over(last) && answered.current !== opened.id) void withdrawJoin(account, opened.id).catch(() => {});
    };
  }, [opened]);
}

const isOver = (error: unknown): boolean => error instanceof Problem && ["join_over", "join_unknown"].includes(error.code);
