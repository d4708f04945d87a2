// Others' words: their direction stays theirs, and what cannot be seen is made
// visible.

const invisible = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

export const visible = (text: string): string => text.replace(invisible, "\uFFFD");

export function Quote({ text, class: name }: { text: string; class?: string }) {
  return <bdi dir="auto" class={name}>{visible(text)}</bdi>;
}
