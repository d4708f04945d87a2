'use strict';

// Makes the calls of the published package authy-client that it is told to make: see lines.js. Started with the
// server's base URL. The package checks every answer itself; what it does not like becomes an error here.

const { Client } = require('authy-client');
const lines = require('./lines');

const host = process.argv[2];

lines(({ key, call, args }) => new Client({ key }, { host, timeout: 20000 })[call](...args));
