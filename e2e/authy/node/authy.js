'use strict';

// Makes the calls of the published package authy that it is told to make: see lines.js. Started with the server's
// base URL. A method of phones() is called "phones.<method>".

const authy = require('authy');
const lines = require('./lines');

const base = process.argv[2];

lines(({ key, call, args }) => new Promise((resolve, reject) => {
  const client = authy(key, base);
  const [first, second] = call.split('.');
  const target = second ? client[first]() : client;
  target[second || first](...args, (error, result) => (error ? reject(error) : resolve(result)));
}));
