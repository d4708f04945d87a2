// The number that an approval brings from where the question was caused.

const number = (value) => typeof value === "string" && /^[1-9][0-9]$/.test(value);

// choices are the numbers to pick from; none where the number is typed.
/**
 * @param {{ choices?: string[], digits?: string } | undefined} match
 * @returns {string[]}
 */
export const choices = (match) => match?.choices ?? [];

// takes says whether a number may be answered at all, right or wrong. Which one
// is right, only the server knows.
/**
 * @param {{ choices?: string[], digits?: string }} match
 * @param {unknown} value
 * @returns {boolean}
 */
export function takes(match, value) {
  return match.choices ? match.choices.includes(value) : number(value);
}

// askable says whether a match asks for what a person can give.
/**
 * @param {unknown} match
 * @returns {boolean}
 */
export function askable(match) {
  if (match === null || typeof match !== "object" || Array.isArray(match) || Object.keys(match).length !== 1) return false;
  if (match.digits !== undefined) return match.digits === "2";
  return Array.isArray(match.choices) && match.choices.length === 3 && match.choices.every(number) && new Set(match.choices).size === 3;
}

// covers says whether a question asks for a number as its policy demands.
/**
 * @param {{ choices?: string[], digits?: string } | undefined} match
 * @param {{ match?: string } | undefined} policy
 * @returns {boolean}
 */
export function covers(match, policy) {
  if (!policy?.match) return true;
  return match !== undefined && (policy.match === "pick" || match.digits !== undefined);
}
