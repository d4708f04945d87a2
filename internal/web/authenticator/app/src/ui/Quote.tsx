import { visible } from "./visible";

export { visible };

// Quote shows others' words: their direction stays theirs, and what cannot be
// seen is made visible.
export function Quote({ text, class: name }: { text: string; class?: string }) {
  return <bdi dir="auto" class={name}>{visible(text)}</bdi>;
}
