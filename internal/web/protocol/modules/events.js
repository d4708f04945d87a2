// Server-sent events out of a fetch, because EventSource cannot sign.

const silence = 90000;

// events yields { name, data } of each event, and ends when the server does,
// or when not even a heartbeat came for too long.
/**
 * @param {Response} answer
 * @returns {AsyncGenerator<{ name: string, data: string }>}
 */
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { name: "", data: "" };
  try {
    for (;;) {
      const { done, value } = await within(silence, reader.read());
      if (done) return;
      const lines = (rest + value).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        if (line !== "") {
          take(event, line);
          continue;
        }
        if (event.data !== "") yield event;
        event = { name: "", data: "" };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function take(event, line) {
  const colon = line.indexOf(":");
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "event") event.name = value;
  if (name === "data") event.data += (event.data === "" ? "" : "\n") + value;
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("silence")), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
