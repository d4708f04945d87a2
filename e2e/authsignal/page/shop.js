// Makes the calls of a published version of @authsignal/browser that a test asks for, as the page of a shop would. The
// package comes as it is installed: its one file is a module of browsers.

const kept = {};

// shop keeps one object for equal arguments, as a page does, so that what the package remembers is remembered.
async function shop({ package: name, made }) {
  const key = JSON.stringify([name, made]);
  if (!kept[key]) {
    const { Authsignal } = await import(`/modules/${name}/dist/index.js`);
    kept[key] = new Authsignal(made);
  }
  return kept[key];
}

const called = new Set();

// What TypeScript calls private is a method like any other at work.
const internal = ['constructor', 'launchWithRedirect', 'launchWithPopup', 'launchWithWindow', 'handleErrorResponse', 'storeCredentialAgainstDevice',
  'doesBrowserSupportConditionalCreate'];
const isMethod = (owner, name) => typeof owner[name] === 'function' && !internal.includes(name);
const methodsOf = (owner, prefix) => Object.getOwnPropertyNames(Object.getPrototypeOf(owner))
  .filter((name) => isMethod(owner, name)).map((name) => prefix + name);

const parts = ['passkey', 'totp', 'email', 'emailML', 'sms', 'securityKey', 'qrCode', 'push', 'whatsapp'];

// invoke makes one call, and says as JSON what came of it. Parts of the class are called "part.method".
window.invoke = async (order) => {
  try {
    const path = order.call.split('.');
    const method = path.pop();
    const whole = await shop(order);
    const owner = path.reduce((at, part) => at[part], whole);
    const result = await owner[method](...order.args);
    if (!result || !(result.error || result.errorCode)) called.add(`${order.package} ${order.call}`);
    return JSON.stringify({ result: result === undefined ? null : result });
  } catch (error) {
    return JSON.stringify({ error: { name: error.name, message: error.message } });
  }
};

// uncalled are the public methods of a version that nobody has called as they should end.
window.uncalled = async (order) => {
  const whole = await shop(order);
  const all = [...methodsOf(whole, ''), ...parts.flatMap((part) => methodsOf(whole[part], `${part}.`))];
  return JSON.stringify(all.filter((name) => !called.has(`${order.package} ${name}`)).sort());
};

// watch begins a QR code; states are what the package tells about it, as they come.
window.states = [];
window.watch = async (order) => {
  window.states = [];
  const whole = await shop(order);
  const result = await whole.qrCode.challenge({
    ...order.args[0], onStateChange: (state, token) => window.states.push({ state, token }),
  });
  if (!result.errorCode) called.add(`${order.package} qrCode.challenge`);
  return JSON.stringify({ result });
};

// popup launches the pages in a popup or window; ended is what came of it.
window.popup = (order) => {
  window.ended = null;
  shop(order).then((whole) => whole.launch(...order.args)).then((result) => {
    called.add(`${order.package} launch`);
    window.ended = JSON.stringify(result || {});
  }, (error) => { window.ended = JSON.stringify({ error: String(error) }); });
};
