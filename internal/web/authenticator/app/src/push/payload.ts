// What a push says: whom it wakes, about what, and words for when the list of
// requests cannot be had.

export interface Payload {
  title: string;
  body: string;
  device: string; // "" from a server that does not say
  challenge: string; // "" for a push that says all it has to say
}

// read takes what arrived, which may be anything, and gives undefined for what
// is no push of ours.
export function read(text: string): Payload | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { title = "", body = "", device = "", challenge = "" } = said as Record<string, unknown>;
  if (typeof title !== "string" || typeof body !== "string" || typeof device !== "string" || typeof challenge !== "string") return undefined;
  return title === "" ? undefined : { title, body, device, challenge };
}
