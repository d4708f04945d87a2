'use strict';

// Loads packages of npm as they are installed, without a bundler in between: a require() for browsers. Files come one
// by one while the page waits, which is no way to run a shop and the surest way to leave the packages as they are.

const modules = {};

function read(path) {
  const request = new XMLHttpRequest();
  request.open('GET', path, false);
  request.send();
  return request.status === 200 && !request.responseURL.endsWith('/') ? request.responseText : null;
}

// found is the file that a path means, as Node looks for it.
function found(path) {
  const named = /\.c?js$/.test(path) ? [path] : [];
  for (const at of [...named, `${path}.js`, `${path}/index.js`]) {
    if (at in modules) return [at, ''];
    const text = read(at);
    if (text !== null) return [at, text];
  }
  return null;
}

function load([at, text]) {
  if (!(at in modules)) {
    const module = modules[at] = { exports: {} };
    const from = at.slice(0, at.lastIndexOf('/'));
    const local = (name) => load(name.startsWith('.') ? found(new URL(`${from}/${name}`, location).pathname) : entry(name));
    new Function('module', 'exports', 'require', `${text}\n//# sourceURL=${at}`)(module, module.exports, local);
  }
  return modules[at].exports;
}

// entry is the first file of a package. What some manifests name is not there; Node then takes index.js.
function entry(name) {
  const manifest = JSON.parse(read(`/modules/${name}/package.json`));
  return found(`/modules/${name}/${(manifest.main || 'index.js').replace(/^\.\//, '')}`) || found(`/modules/${name}/index.js`);
}

const require = (name) => load(entry(name));

const kept = {};

// target keeps one object for equal arguments, as a page does, so that what packages remember is remembered.
function target({ package: name, class: type, made }) {
  const key = JSON.stringify([name, type, made]);
  if (!kept[key]) kept[key] = new (require(name)[type || 'default'])(...made);
  return kept[key];
}

function plain(error) {
  const { code, status, body } = error;
  return { name: error.name, message: error.message, code, status, body, cause: error.cause && String(error.cause) };
}

// invoke makes one call, and says as JSON what came of it. Parts of a service are called "part.method".
async function invoke(order) {
  try {
    const path = order.call.split('.');
    const method = path.pop();
    const owner = path.reduce((at, part) => at[part], target(order));
    const result = await owner[method](...order.args);
    return JSON.stringify({ result: result === undefined ? null : result });
  } catch (error) {
    return JSON.stringify({ error: plain(error) });
  }
}

// methods are the public methods of a package's class.
function methods({ package: name, class: type }) {
  const out = new Set();
  for (let at = require(name)[type || 'default'].prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    Object.getOwnPropertyNames(at).filter((method) => method !== 'constructor').forEach((method) => out.add(method));
  }
  return JSON.stringify([...out].sort());
}

// approve answers a question of any application with a passkey of this page's relying party, as the documented
// protocol says or by the server's own module, and gives the receipt.
async function approve({ base, id, decision, module }) {
  const at = `${base}/api/v1/passkeys/approvals/${id}`;
  const ask = async (path, body) => {
    const answer = await fetch(path, body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return text;
  };
  try {
    if (module) {
      const { question, answer } = await import(`${base}/approve/approve.js`);
      const asked = await question(id);
      const { receipt } = await answer(asked, { approve: decision === 'approved' });
      return JSON.stringify({ message: asked.question.message, receipt: JSON.stringify(receipt) });
    }
    const shown = JSON.parse(await ask(at));
    const { statement, options } = JSON.parse(await ask(at, { decision }));
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = (await navigator.credentials.get({ publicKey })).toJSON();
    return JSON.stringify({ message: shown.question.message, receipt: await ask(`${at}/answer`, { statement, credential }) });
  } catch (error) {
    return JSON.stringify({ error: String(error) });
  }
}
