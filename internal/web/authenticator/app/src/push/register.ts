// Registers the app's worker, of which there is one script.

import { home } from "./place";

const script = `${home}/worker.js`;

declare global {
  // Trusted types, which not every browser has and the types do not know yet.
  interface Window {
    readonly trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(address: string): string }): { createScriptURL(address: string): string } };
  }
}

// The page's policy lets no text become a script's address but this one.
const policy = window.trustedTypes?.createPolicy("twinseal", {
  createScriptURL: (address) => {
    if (address !== script) throw new TypeError("no script of this app");
    return address;
  },
});

export function register(scope: string): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(policy?.createScriptURL(script) ?? script, { scope, updateViaCache: "none" });
}
