// What this browser remembers for the packages of answers: a name of its own,
// and the last pins that each application was sent. They are no secrets of the
// server's; an application that compares them sees that another browser answers.

const key = "twinseal.approve";

function load() {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    return {}; // a browser that keeps nothing is a new one each time
  }
}

// remembered gives { device, pins } for an application.
export function remembered(app) {
  const { device, pins } = load();
  return { device: typeof device === "string" ? device : crypto.randomUUID(), pins: Array.isArray(pins?.[app]) ? pins[app] : [] };
}

// remember keeps pins before they are sent, so that none is sent twice.
export function remember(app, { device, pins }) {
  try {
    localStorage.setItem(key, JSON.stringify({ device, pins: { ...load().pins, [app]: pins } }));
  } catch {
    // Then the next answer looks like one of another browser, which does no harm.
  }
}
