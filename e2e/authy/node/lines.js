'use strict';

// Reads one JSON object a line from standard input, hands it on, and writes one JSON object a line for each: what
// came of it, or the error.

const readline = require('readline');

function plain(error) {
  if (!(error instanceof Error)) {
    return error; // npm authy passes the server's body on as the error
  }
  return Object.assign({ raised: error.name, message: error.message }, error);
}

module.exports = function lines(answer) {
  const input = readline.createInterface({ input: process.stdin });
  let last = Promise.resolve();
  input.on('line', (line) => {
    last = last.then(() => answer(JSON.parse(line))).then(
      (result) => ({ result: result === undefined ? null : result }),
      (error) => ({ error: plain(error) || {} }),
    ).then((reply) => process.stdout.write(JSON.stringify(reply) + '\n'));
  });
};
