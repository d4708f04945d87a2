import { Conductor } from "./conductor";

export { follow, type Feed, type State } from "./follow";

// followAll keeps every account's list of requests true for as long as the page
// is there.
export function followAll(): void {
  new Conductor().start();
}
