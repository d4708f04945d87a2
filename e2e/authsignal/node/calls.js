'use strict';

// Makes the calls of a published version of @authsignal/node that it is told to make: see ../../authy/node/lines.js.
// Started with the name under which the version is installed and the server's base URL. An order names
//
//   secret   the key with which the class is made
//   call     the method, with its args; parts of the class are called "part.method", and those of the class for calls by
//            telephone "call.method"
//   hook     instead of a call: a function of the package for logins at another vendor, with the event that it is
//            given. The result is what it had that vendor do
//   expect   the code with which the server is to refuse, where that is the documented answer
//
// or {"uncalled": true}, for the public methods that no order has called as it should end.

const lines = require('../../authy/node/lines');

const [, , name, base] = process.argv;
const sdk = require(name);
const older = !sdk.Webhook;

// What TypeScript calls private is a method like any other at work.
const internal = new Set(['constructor', 'getBasicAuthConfig', 'getRequestConfig', 'parseSignature']);
const called = new Set();

function made(secret) {
  if (older) return new sdk.Authsignal({ secret, apiBaseUrl: base, redirectUrl: 'https://shop.example.com/back' });
  return Object.assign(new sdk.Authsignal({ apiSecretKey: secret, apiUrl: base }), { call: new sdk.CallConnect({ apiSecretKey: secret, apiUrl: base }) });
}

function publicMethods() {
  const of = (object) => Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter((call) => !internal.has(call));
  const target = made('any key');
  const hooks = Object.keys(sdk).filter((key) => key.startsWith('handle'));
  const parts = ['webhook', 'call'].filter((part) => target[part]).flatMap((part) => of(target[part]).map((call) => `${part}.${call}`));
  return [...of(target), ...parts, ...hooks];
}

// vendor is what a login at the other vendor hands to the package's functions. It keeps what they do with it.
function vendor(token, secret) {
  const done = [];
  const note = (what) => (...args) => done.push([what, ...args]);
  const jwt = require('jsonwebtoken');
  return {
    done,
    redirect: { sendUserTo: note('redirect'), validateToken: (options) => jwt.verify(token, options.secret || secret) },
    access: { deny: note('deny') },
    authentication: { recordMethod: note('record') },
  };
}

async function hook({ hook: call, event, secret, token, options }) {
  const api = vendor(token, secret);
  const query = { ...event.request.query, token };
  const known = older ? { secret, apiBaseUrl: base } : { apiSecretKey: secret, apiUrl: base };
  await sdk[call]({ ...event, request: { ...event.request, query } }, api, { ...known, ...options });
  called.add(call);
  return api.done;
}

function codeOf(error) {
  return error.errorCode || (error.response && error.response.data && error.response.data.errorCode);
}

async function obey(order) {
  if (order.uncalled) return publicMethods().filter((method) => !called.has(method)).sort();
  if (order.hook) return hook(order);
  if (!publicMethods().includes(order.call)) throw new Error(`the package has no method ${order.call}`);
  const path = order.call.split('.');
  const method = path.pop();
  const target = path.reduce((at, part) => at[part], made(order.secret));
  try {
    const result = await target[method](...(order.args || []));
    if (!order.expect) called.add(order.call);
    return result;
  } catch (error) {
    const code = codeOf(error);
    if (order.expect && code === order.expect) called.add(order.call);
    const told = new Error(error.message);
    told.code = code;
    told.status = error.statusCode || (error.response && error.response.status);
    throw told;
  }
}

lines(obey);
