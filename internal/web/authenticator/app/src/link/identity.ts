// By what a person says who they are, where they do not have a code from an
// application: a phone number, a mail address or a name.

// e164 gives a phone number as servers want it, and undefined for one without
// a country code.
export function e164(text: string): string | undefined {
  const number = text.replace(/[\s().\/-]/g, "").replace(/^00/, "+");
  return /^\+[1-9][0-9]{5,14}$/.test(number) ? number : undefined;
}

// identity gives what recovery is asked for: a phone number without its
// decoration, and everything else as it was typed.
export function identity(text: string): string {
  const typed = text.trim();
  return e164(typed) ?? typed;
}
