// What a push leads to: the worker looks for itself at what waits for the
// device, and shows that. What the push says stands in where it cannot look.

import type { Payload } from "../push/payload";
import { preferences, type Preferences } from "../push/preferences";
import { badge, change, count } from "../push/told";
import type { Kept } from "../state/account";
import type { Challenge } from "../wire/types";
import { accounts, apiOf } from "./accounts";
import { scope } from "./env";
import { addressOf, many, manyTag, ofRequest, type Shown, show, shown, tagOf } from "./notice";

// More notifications than these at once say less than one.
const mostNotices = 3;

// Browsers end a worker that takes long, and then show words of their own.
const patience = 10_000;

// wake shows at least one notification, because browsers take the right to push
// away from whoever does not. It is quiet when somebody looks at the app, which
// says it better.
export async function wake(push: Payload | undefined): Promise<void> {
  const preferred = await preferences();
  if (push && !push.challenge) {
    await show({ title: push.title, body: preferred.hide ? "" : push.body, tag: `note:${push.title}`, link: { hash: "#/" } });
    return;
  }
  const account = await accountOf(push?.device);
  const list = account && (await pending(account));
  if (list) await tell(account.id, list, push?.challenge ?? "", preferred);
  else await repeat(account, push, preferred);
  for (const window of await windows()) window.postMessage({ kind: "told" });
}

async function accountOf(device = ""): Promise<Kept | undefined> {
  const all = await accounts();
  return all.find(({ linked }) => linked.device.id === device) ?? (device === "" ? all[0] : undefined);
}

// pending asks the server, and gives undefined when it cannot be had in time.
async function pending(account: Kept): Promise<Challenge[] | undefined> {
  const asked = apiOf(account).pending({ signal: AbortSignal.timeout(patience) });
  return asked.then(({ challenges }) => challenges, () => undefined);
}

// repeat shows what the push itself carried.
async function repeat(account: Kept | undefined, push: Payload | undefined, { hide, say }: Preferences): Promise<void> {
  const title = push?.title ?? say["notice.waiting"];
  const body = push && !hide ? push.body : say["notice.look"];
  if (!account || !push) await show({ title, body, tag: manyTag, link: { hash: "#/" } });
  else await show({ title, body, tag: tagOf(account.id, push.challenge), link: addressOf(account.id, push.challenge) });
}

// tell shows what is new on the list, takes away what is over, and makes one
// notification of many.
async function tell(account: string, list: Challenge[], asked: string, { hide, say }: Preferences): Promise<void> {
  const { before, after } = await change((told) => ({ ...told, [account]: list.map(({ id }) => id) }));
  const waiting = count(after);
  badge(waiting);
  const known = new Set(before[account]);
  const open = closeOver(account, list, await shown());
  const quiet = (await windows()).some(({ visibilityState }) => visibilityState === "visible");
  const due = list.filter(({ id }) => id === asked || !known.has(id));
  if (due.length === 0) {
    await show({ title: say["notice.over"], body: say["notice.overText"], tag: "over", link: { hash: "#/history" }, quiet: true });
    return;
  }
  const folded = open.some(({ tag }) => tag === manyTag);
  const alone = open.filter(({ data, tag }) => tag !== manyTag && !due.some(({ id }) => id === data.challenge));
  if (alone.length + due.length > mostNotices || (folded && waiting > 1)) {
    for (const notice of open) if (notice.tag !== manyTag) notice.close();
    await show(many(waiting, say, quiet || folded));
    return;
  }
  for (const one of due.toReversed()) {
    await show({ ...ofRequest(account, one, hide ? say["notice.look"] : one.question.message), quiet: quiet || known.has(one.id) });
  }
}

// closeOver gives those that stay: of requests that wait, and the one of many
// while any do.
function closeOver(account: string, list: Challenge[], open: Shown[]): Shown[] {
  return open.filter((notice) => {
    const { account: whose, challenge } = notice.data;
    const over = whose === account && !list.some(({ id }) => id === challenge);
    if (over) notice.close();
    return !over;
  });
}

const windows = () => scope.clients.matchAll({ type: "window", includeUncontrolled: true });
