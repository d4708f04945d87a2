// Finding and ordering codes.

/** Named is what a code is found by. */
interface Named {
  readonly issuer: string;
  readonly label: string;
}

/** matching keeps the codes whose names hold every word of a search. */
export function matching<T extends Named>(all: readonly T[], search: string): readonly T[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter((word) => word !== "");
  return all.filter((one) => words.every((word) => `${one.issuer} ${one.label}`.toLocaleLowerCase().includes(word)));
}

/** byPeriod groups codes that change together, in the order of the first of each. */
export function byPeriod<T extends { readonly period: number }>(all: readonly T[]): readonly (readonly [number, readonly T[]])[] {
  const groups = new Map<number, T[]>();
  for (const one of all) groups.set(one.period, [...(groups.get(one.period) ?? []), one]);
  return [...groups];
}

/** moved puts an entry to the place of the nearest one that stands under the same ring. */
export function moved<T extends { readonly id: string; readonly period: number }>(list: readonly T[], id: string, by: 1 | -1): readonly T[] {
  const from = list.findIndex((entry) => entry.id === id);
  const entry = list[from];
  if (!entry) return list;
  let to = from + by;
  while (list[to] && list[to]?.period !== entry.period) to += by;
  return list[to] ? list.toSpliced(from, 1).toSpliced(to, 0, entry) : list;
}
