// A question as it must be shown and signed. One that has a member which this
// page does not know, and so cannot show, is never signed.

import { askable, covers } from "./match.js";
import { shape, understood } from "./policy.js";

const text = (value) => typeof value === "string";
const named = shape({ id: text, name: text });
const reason = shape({ id: text, text: (value) => text(value) && value !== "", fraud: (value) => typeof value === "boolean" });
const key = shape({ e: text, kty: (kind) => kind === "RSA", n: text });

const whole = shape({
  organization: named,
  application: named,
  user: shape({ id: text }),
  challenge: text,
  nonce: text,
  message: text,
  details: (value) => Array.isArray(value) && value.every(shape({ label: text, value: text })),
  created_at: text,
  expires_at: (value) => value === null || text(value),
}, {
  amount: shape({ value: text, currency: text }),
  hidden_details_hash: text,
  match: askable,
  title: text,
  policy: understood,
  reasons: (value) => Array.isArray(value) && value.length > 0 && value.every(reason),
  recipient: shape({ format: (format) => format === "launchkey", kid: text, key }),
});

// signable says whether a challenge's question can be shown whole, and is about
// this challenge and, where it is known who is to be asked, about that user.
/**
 * @param {{ id: string, question: object }} challenge
 * @param {string} [user]
 * @returns {boolean}
 */
export function signable(challenge, user) {
  const { question } = challenge;
  return whole(question) && question.challenge === challenge.id && (user === undefined || question.user.id === user) && covers(question.match, question.policy);
}

// expiry is the moment in milliseconds, or Infinity for a question that stays
// open.
/**
 * @param {{ expires_at: string | null }} question
 * @returns {number}
 */
export function expiry(question) {
  return question.expires_at === null ? Infinity : Date.parse(question.expires_at);
}
