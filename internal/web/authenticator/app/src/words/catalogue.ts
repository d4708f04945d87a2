// What a catalogue of words is made of.

// Plural has a sentence for each category that the language tells apart; {n}
// stands for the number.
export interface Plural {
  zero?: string;
  one?: string;
  two?: string;
  few?: string;
  many?: string;
  other: string;
}

export type Message = string | Plural;

export type Area = Record<string, Message>;
