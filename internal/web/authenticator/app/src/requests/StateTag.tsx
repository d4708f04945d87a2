import { type Key, t } from "../words";
import type { Challenge } from "../wire/types";
import { standing } from "./answering";

// StateTag is how a request stands, in a word and a colour.
export function StateTag({ challenge }: { challenge: Challenge }) {
  const name = standing(challenge);
  return <span class={`tag ${name}`} data-testid="state">{t(`requests.state.${name}` as Key)}</span>;
}
