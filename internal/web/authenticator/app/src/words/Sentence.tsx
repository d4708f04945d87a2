import type { ComponentChild } from "preact";
import { type Key, sentence, type Values } from ".";

// Sentence is a sentence whose {values} are elements, such as somebody's name
// set apart.
export function Sentence({ of, n, with: parts }: { of: Key; n?: number; with: Record<string, ComponentChild> }) {
  const values: Values = n === undefined ? {} : { n };
  return <>{sentence(of, values).split(/(\{\w+\})/).map((piece) => parts[piece.slice(1, -1)] ?? (piece === "{n}" ? String(n) : piece))}</>;
}
