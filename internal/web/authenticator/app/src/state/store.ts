// What this browser keeps, in IndexedDB, which can hold keys without showing
// them: the accounts by their id, the vault's sealed entries, and settings.

const name = "twinseal-authenticator";
const version = 2;

export type Shelf = "accounts" | "vault" | "settings";

const shelves: Shelf[] = ["accounts", "vault", "settings"];

let opened: Promise<IDBDatabase> | undefined;

// database opens once; a tab with a newer version makes this one let go.
function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const open = indexedDB.open(name, version);
    open.onupgradeneeded = () => upgrade(open.result, open.transaction);
    open.onsuccess = () => {
      open.result.onversionchange = () => {
        open.result.close();
        opened = undefined;
      };
      resolve(open.result);
    };
    open.onerror = () => reject(open.error);
    open.onblocked = () => reject(new StorageBusy());
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

// StorageBusy: an older tab holds the database and has to be closed.
export class StorageBusy extends Error {
  override name = "StorageBusy";
}

// upgrade makes the shelves, and takes over the one account that the first
// version kept.
function upgrade(db: IDBDatabase, transaction: IDBTransaction | null): void {
  for (const shelf of shelves) if (!db.objectStoreNames.contains(shelf)) db.createObjectStore(shelf);
  if (!transaction || !db.objectStoreNames.contains("device")) return;
  const only = transaction.objectStore("device").get("account");
  only.onsuccess = () => {
    const kept = only.result as { key: { thumbprint: string } } | undefined;
    if (kept) transaction.objectStore("accounts").put({ ...kept, id: kept.key.thumbprint, server: "" }, kept.key.thumbprint);
    db.deleteObjectStore("device");
  };
}

async function run<T>(shelf: Shelf, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const db = await database();
  return new Promise<T>((resolve, reject) => {
    const transaction = db.transaction(shelf, mode);
    const request = work(transaction.objectStore(shelf));
    transaction.oncomplete = () => resolve(request.result as T);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

export const get = <T>(shelf: Shelf, key: string): Promise<T | undefined> => run(shelf, "readonly", (store) => store.get(key));

export const all = <T>(shelf: Shelf): Promise<T[]> => run(shelf, "readonly", (store) => store.getAll());

export const put = (shelf: Shelf, key: string, value: unknown): Promise<void> => run(shelf, "readwrite", (store) => store.put(value, key));

export const remove = (shelf: Shelf, key: string): Promise<void> => run(shelf, "readwrite", (store) => store.delete(key));

export const clear = (shelf: Shelf): Promise<void> => run(shelf, "readwrite", (store) => store.clear());

// update reads and writes at once: what other tabs and the worker write meanwhile
// is not lost. Nothing waits for a lock that a frozen page could hold.
export async function update<T>(shelf: Shelf, key: string, by: (now: T | undefined) => T): Promise<{ before: T | undefined; after: T }> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(shelf, "readwrite");
    const at = transaction.objectStore(shelf);
    const request = at.get(key) as IDBRequest<T | undefined>;
    request.onsuccess = () => {
      const before = request.result;
      const after = by(before);
      at.put(after, key);
      transaction.oncomplete = () => resolve({ before, after });
    };
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
