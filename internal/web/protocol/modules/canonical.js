// One byte string for one value (RFC 8785). JavaScript sorts keys by UTF-16
// units and writes strings and numbers as the RFC asks; what it would accept
// beyond that is refused here.

/**
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("canonical: not a number of JSON");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object") return object(value);
  throw new TypeError(`canonical: ${typeof value} has no form in JSON`);
}

function object(value) {
  const members = Object.keys(value).sort().map((key) => `${text(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

function text(value) {
  if (loneSurrogate.test(value)) throw new TypeError("canonical: the text is not valid Unicode");
  return JSON.stringify(value);
}

const loneSurrogate = /\p{Surrogate}/u;
