// What waits for an answer, of all accounts, floods folded.

import { computed } from "@preact/signals";
import type { Account } from "../state/account";
import { accounts } from "../state/accounts";
import { type Matter, matters } from "./flood";

// askedOf is what one account is asked.
export const askedOf = (account: Account): Matter[] => matters(account.pending.value.map((challenge) => ({ account, challenge })));

export const asked = computed(() => matters(accounts.value.flatMap((account) => account.pending.value.map((challenge) => ({ account, challenge })))));
