'use strict';

// Makes the calls of a published version of @loginid/node-sdk that it is told to make: see ../../authy/node/lines.js.
// Started with the name under which the version is installed and the server's base URL. An order names
//
//   class    LoginId or LoginIdManagement, made with a client id and, for private applications, a key
//   call     the method, with its args
//   expect   the code with which the server is to refuse, where that is the documented answer
//
// or {"uncalled": true}, for the public methods that no order has called as it should end.

const lines = require('../../authy/node/lines');

const [, , name, base] = process.argv;
const sdk = require(name);

// What TypeScript calls private is a method like any other at work.
const internal = new Set(['constructor', 'getPublicKey']);
const classes = { LoginId: sdk.LoginId, LoginIdManagement: sdk.LoginIdManagement };
const called = new Set();

function owner(type, call) {
  let at = type.prototype;
  while (at && !Object.prototype.hasOwnProperty.call(at, call)) at = Object.getPrototypeOf(at);
  if (!at || internal.has(call)) throw new Error(`the package has no method ${call}`);
  return at.constructor.name;
}

function uncalled() {
  const all = Object.values(classes).flatMap((type) => Object.getOwnPropertyNames(type.prototype)
    .filter((call) => !internal.has(call)).map((call) => `${type.name}.${call}`));
  return all.filter((method) => !called.has(method)).sort();
}

async function obey(order) {
  if (order.uncalled) return uncalled();
  const type = classes[order.class];
  const method = `${owner(type, order.call)}.${order.call}`;
  try {
    const result = await new type(order.client, order.key, base)[order.call](...(order.args || []));
    if (!order.expect) called.add(method);
    return result;
  } catch (error) {
    if (order.expect && error.code === order.expect) called.add(method);
    throw error;
  }
}

lines(obey);
