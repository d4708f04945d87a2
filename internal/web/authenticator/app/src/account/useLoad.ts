import { useCallback, useEffect, useState } from "preact/hooks";

// Loaded is something that a server is asked for: it is on its way, here, or
// could not be had. Again asks once more and keeps showing what is there.
export interface Loaded<T> {
  value: T | undefined;
  error: unknown;
  again: () => Promise<void>;
}

// useLoad asks when a screen opens, and again when the browser is back online.
// What arrives after it was left counts for nothing.
export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<unknown>();
  const [there] = useState({ still: true });
  const again = useCallback(async () => {
    try {
      const got = await ask();
      if (!there.still) return;
      setValue(() => got);
      setError(undefined);
    } catch (caught) {
      if (there.still) setError(caught);
    }
  }, []);
  useEffect(() => {
    there.still = true;
    const look = () => void again();
    look();
    addEventListener("online", look);
    return () => {
      there.still = false;
      removeEventListener("online", look);
    };
  }, []);
  return { value, error, again };
}
