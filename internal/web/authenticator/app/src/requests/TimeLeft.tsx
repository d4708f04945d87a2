import { expiry } from "../../../../protocol/modules/question.js";
import type { Account } from "../state/account";
import { useNow } from "../ui/Countdown";
import { remaining, t } from "../words";
import type { Question } from "../wire/types";

// lastCall is when a person is told that time runs out.
export const lastCall = 30_000;

// TimeLeft counts down to the end of a question.
export function TimeLeft({ account, question, testid }: { account: Account; question: Question; testid?: string }) {
  const now = useNow(account.clock, 1000);
  const left: number = expiry(question) - now;
  if (left === Infinity) return <span class="tag" data-testid={testid}>{t("requests.open")}</span>;
  return <span class={`tag pending time-left${left <= lastCall ? " soon" : ""}`} role="timer" data-testid={testid}>{remaining(left)}</span>;
}
