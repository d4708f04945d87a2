// A question as it must be shown and signed. One that has a member which this
// page does not know, and so cannot show, is never signed.

const text = (value) => typeof value === "string";
const named = (value) => has(value, { id: text, name: text });
const detail = (value) => has(value, { label: text, value: text });
const amount = (value) => has(value, { value: text, currency: text });

const members = {
  organization: named,
  application: named,
  user: (value) => has(value, { id: text }),
  challenge: text,
  nonce: text,
  message: text,
  details: (value) => Array.isArray(value) && value.every(detail),
  created_at: text,
  expires_at: (value) => value === null || text(value),
};

const optional = { amount, hidden_details_hash: text };

function has(value, wanted, allowed = {}) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return (
    Object.entries(wanted).every(([name, good]) => Object.hasOwn(value, name) && good(value[name])) &&
    Object.keys(value).every((name) => Object.hasOwn(wanted, name) || (Object.hasOwn(allowed, name) && allowed[name](value[name])))
  );
}

// signable says whether a challenge's question can be shown whole, and is about
// this challenge.
export function signable(challenge) {
  return has(challenge.question, members, optional) && challenge.question.challenge === challenge.id;
}

// expiry is the moment in milliseconds, or Infinity for a question that stays
// open.
export function expiry(question) {
  return question.expires_at === null ? Infinity : Date.parse(question.expires_at);
}
