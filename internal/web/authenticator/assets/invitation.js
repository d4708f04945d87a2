// What a person types, pastes or scans to link: a code, or one of the two
// addresses that stand in QR pictures.

// readInvitation gives { code } or { token }, or throws a sentence.
export function readInvitation(text) {
  const typed = text.trim();
  if (typed === "") throw new Error("Enter the code you were given.");
  if (!typed.includes("://")) return { code: typed };
  let url;
  try {
    url = new URL(typed);
  } catch {
    throw new Error("This address cannot be read. Enter the code that stands under it.");
  }
  const query = url.searchParams;
  if (url.protocol === "twinseal:" && query.get("code")) return ours(query);
  if (url.protocol === "authy:" && query.get("token")) return { token: query.get("token") };
  const inFragment = new URLSearchParams(url.hash.slice(1)).get("code");
  if (inFragment) return { code: inFragment };
  throw new Error("This is not a linking address. Enter the code that stands under it.");
}

// ours refuses a code of another server: this page can only reach its own.
function ours(query) {
  const server = query.get("server") ?? location.origin;
  if (URL.canParse(server) && new URL(server).origin !== location.origin) {
    throw new Error(`This code belongs to ${new URL(server).host}. Open the authenticator there.`);
  }
  return { code: query.get("code") };
}

// codeInFragment takes a code out of the page's own address and removes it
// there, so that it stays in no history.
export function codeInFragment() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) history.replaceState(null, "", `${location.pathname}#/`);
  return code ?? "";
}

// pretty writes a code of eight letters as two groups.
export function pretty(code) {
  const plain = code.replace(/[\s.-]/g, "").toUpperCase();
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : code;
}
