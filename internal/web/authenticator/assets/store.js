// What this browser keeps: the account with its keys, in IndexedDB, which can
// hold keys without showing them.

const name = "twinseal-authenticator";
const place = "device";
const entry = "account";

function database() {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open(name, 1);
    open.onupgradeneeded = () => open.result.createObjectStore(place);
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
    open.onblocked = () => reject(new Error("The storage of this page is in use by an older tab. Close it."));
  });
}

async function run(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(place, mode);
      const request = work(transaction.objectStore(place));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

// load gives { key, linked, totp, offset, pins, pin }, or undefined.
export const load = () => run("readonly", (store) => store.get(entry));

export const save = (account) => run("readwrite", (store) => store.put(account, entry));

export const forget = () => run("readwrite", (store) => store.delete(entry));
