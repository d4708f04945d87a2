// Why a text is no invitation, in words.

import { Explained, type Key, t } from "../words";
import type { Invitation, Misread } from "./invitation";

const sentences: Record<Misread, Key> = {
  empty: "link.misread.empty",
  unreadable: "link.misread.unreadable",
  insecure: "link.misread.insecure",
  seed: "link.misread.seed",
};

// understood gives the invitation, or throws what is wrong with the text.
export function understood(read: Invitation | Misread): Invitation {
  if (typeof read === "string") throw new Explained(t(sentences[read]));
  return read;
}
