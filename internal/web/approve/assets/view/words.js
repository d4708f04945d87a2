// Words that the parts of the page share.

// failures say why an approval was not enough.
export const failures = {
  policy: "The device was not where, when or what the request demands.",
  permission: "The request demands a place, and the device may not use its location.",
  authentication: "The device was not convinced that it was you.",
  configuration: "The request demands more ways to confirm than are set up on the device.",
  busy: "The device was busy with something else.",
  sensor: "The device could not find out where it is.",
};

export function explain(error) {
  if (unreachable(error)) return "The server cannot be reached. Check the connection and try again.";
  return capital(error.message);
}

const unreachable = (error) => error instanceof TypeError || ["TimeoutError", "AbortError"].includes(error.name);

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
