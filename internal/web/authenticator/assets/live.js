// Keeps the list of pending requests true: by a held stream, or, where
// something between here and the server keeps streams back, by long polls.

import { Problem } from "./api.js";
import { events, within } from "./events.js";

const patience = { firstEvent: 8000, shortest: 1000 };
const pollSeconds = 50;
const longest = 30000;

// follow calls onList with every list and onState with "live", "polling" or
// "offline", until the signal ends it. It throws only a refusal that trying
// again cannot change: the device is not linked any more.
export async function follow(api, { onList, onState, signal, firstEvent = patience.firstEvent, shortest = patience.shortest }) {
  let streams = true;
  let pause = shortest;
  while (!signal.aborted) {
    const began = Date.now();
    try {
      if (streams) streams = await stream(api, { onList, onState, signal, firstEvent });
      else await poll(api, { onList, onState, signal });
    } catch (error) {
      if (error instanceof Problem && error.code === "device_unknown") throw error;
    }
    if (signal.aborted) return;
    onState("offline");
    pause = Date.now() - began > longest ? shortest : Math.min(pause * 2, longest);
    await rest(pause, signal);
  }
}

// stream follows one stream to its end. It gives false when the headers came
// but no event did: such a stream is being held back on its way.
async function stream(api, { onList, onState, signal, firstEvent }) {
  const own = new AbortController();
  const answer = await api.stream(AbortSignal.any([signal, own.signal]));
  const list = events(answer);
  let first;
  try {
    first = await within(firstEvent, list.next());
  } catch {
    own.abort();
    return false;
  }
  for (let next = first; !next.done; next = await list.next()) {
    if (next.value.name === "challenges") onList(JSON.parse(next.value.data).challenges);
    onState("live");
  }
  return true;
}

async function poll(api, { onList, onState, signal }) {
  let { challenges, cursor } = await api.pending({ signal });
  while (!signal.aborted) {
    onList(challenges);
    onState("polling");
    ({ challenges, cursor } = await api.pending({ after: cursor, wait: pollSeconds, signal }));
  }
}

// rest waits, but not when the network comes back or the page is looked at.
function rest(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", seen);
      resolve();
    };
    const seen = () => document.hidden || done();
    const timer = setTimeout(done, milliseconds * (0.8 + 0.4 * jitter()));
    addEventListener("online", done);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", done, { once: true });
  });
}

const jitter = () => crypto.getRandomValues(new Uint8Array(1))[0] / 255;
