// What others wrote, with nothing hidden in it.

// Controls and formats, which show nothing or turn the direction of what
// follows, are marked. Tabs and line breaks are text, and so are the joiners that
// scripts and emoji are written with.
const invisible = /(?![\t\n\u200C\u200D])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

// In Latin words joiners only make two different words look alike.
const idle = /(?<=\p{Script=Latin})[\u200C\u200D]|[\u200C\u200D](?=\p{Script=Latin})/gu;

// visible puts a mark in the place of what could not be seen.
export const visible = (text: string): string => text.replace(invisible, "\uFFFD").replace(idle, "\uFFFD");
