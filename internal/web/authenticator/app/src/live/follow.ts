// Keeps one account's list of pending requests true: by a held stream, or,
// where something between here and the server keeps streams back, by long
// polls, or, where connections are scarce, by looking again and again.

import { events, within } from "../../../../protocol/modules/events.js";
import { rest } from "../state/rest";
import { Problem } from "../wire/problem";
import type { Challenge, ChallengeList } from "../wire/types";

export type State = "live" | "polling" | "offline" | "";

// Feed is what the device protocol gives to follow.
export interface Feed {
  stream(signal: AbortSignal): Promise<Response>;
  pending(options?: { after?: string; wait?: number; signal?: AbortSignal }): Promise<ChallengeList>;
}

export interface Following {
  signal: AbortSignal;
  onList(list: Challenge[]): void;
  onState(state: State): void;
  sparing?: boolean; // hold no connection
}

const firstEvent = 8_000; // a stream that is silent for longer is being held back on its way
const shortest = 1_000;
const longest = 30_000;
const pollSeconds = 50; // the server holds a poll for 60 at most
const glance = 10_000; // between two looks of who must hold nothing

// follow goes on until the signal ends it. It throws only a refusal that trying
// again cannot change: the device is not linked any more.
export async function follow(feed: Feed, following: Following): Promise<void> {
  const { signal, onState } = following;
  let way = following.sparing ? look : stream;
  let pause = shortest;
  while (!signal.aborted) {
    const began = Date.now();
    try {
      way = await way(feed, following);
    } catch (error) {
      if (error instanceof Problem && error.code === "device_unknown") throw error;
    }
    if (signal.aborted) return;
    onState("offline");
    pause = Date.now() - began > longest ? shortest : Math.min(pause * 2, longest);
    await rest(spread(pause), signal);
  }
}

type Way = (feed: Feed, following: Following) => Promise<Way>;

// stream follows one stream to its end, and gives the way to go on by.
const stream: Way = async (feed, { signal, onList, onState }) => {
  const own = new AbortController();
  const answer = await feed.stream(AbortSignal.any([signal, own.signal]));
  const list = events(answer);
  let next;
  try {
    next = await within(firstEvent, list.next());
  } catch {
    own.abort();
    return poll;
  }
  for (; !next.done; next = await list.next()) {
    if (next.value.name === "challenges") onList((JSON.parse(next.value.data) as ChallengeList).challenges);
    onState("live");
  }
  return stream;
};

const poll: Way = async (feed, { signal, onList, onState }) => {
  let { challenges, cursor } = await feed.pending({ signal });
  while (!signal.aborted) {
    onList(challenges);
    onState("polling");
    ({ challenges, cursor } = await feed.pending({ after: cursor, wait: pollSeconds, signal }));
  }
  return poll;
};

const look: Way = async (feed, { signal, onList, onState }) => {
  while (!signal.aborted) {
    const { challenges } = await feed.pending({ signal });
    onList(challenges);
    onState("polling");
    await rest(spread(glance), signal);
  }
  return look;
};

// spread keeps the browsers that lost one server from all coming back at once.
const spread = (milliseconds: number): number => milliseconds * (0.8 + 0.4 * Math.random());
