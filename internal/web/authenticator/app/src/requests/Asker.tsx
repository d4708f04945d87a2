import type { ComponentChildren } from "preact";
import { accounts } from "../state/accounts";
import type { Account } from "../state/account";
import { Avatar } from "../ui/Avatar";
import { Quote } from "../ui/Quote";
import { Sentence } from "../words/Sentence";
import type { Challenge } from "../wire/types";
import { logoKey, logoOf } from "./logos";

// Asker says who asks, and through which account when there are several.
export function Asker({ account, challenge }: { account: Account; challenge: Challenge }) {
  const { application, organization } = challenge.question;
  return (
    <p class="asker" data-testid="asker">
      <Logo account={account} challenge={challenge} />
      <span class="asker-names">
        <Quote text={application.name} class="asker-name" />
        <Quote text={organization.name} class="soft small" />
        <Through account={account} />
      </span>
    </p>
  );
}

// Logo is the application's picture.
export function Logo({ account, challenge, size }: { account: Account; challenge: Challenge; size?: "small" | "large" }) {
  const name = challenge.question.application?.name ?? "";
  return <Avatar name={name} load={logoOf(account, challenge)} of={logoKey(account, challenge)} {...(size && { size })} />;
}

// Through names the account when this browser has more than one.
export function Through({ account }: { account: Account }): ComponentChildren {
  if (accounts.value.length < 2) return null;
  const who = <Quote text={account.who.value} />;
  const at = <Quote text={account.title.value} />;
  return (
    <span class="soft small" data-testid="through">
      <Sentence of="requests.for" with={{ who }} /> · {at}
      {account.server !== "" && <> · {new URL(account.server).host}</>}
    </span>
  );
}
