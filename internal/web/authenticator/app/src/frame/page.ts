// What the server wrote into the page for the app to read.

const hints = document.getElementById("hints")?.dataset ?? {};

export const mark = hints.mark ?? ""; // the address of our sign
export const version = hints.version ?? ""; // of the program
export const licenses = hints.licenses ?? ""; // the address of the libraries' licenses
export const sandbox = hints.sandbox === "true";
export const servers = (hints.servers ?? "").split(" ").filter(Boolean); // other servers this page may call
