import { keepSubscribed } from "./pushes";
import { installWorker } from "./update";
import { keepTold } from "./watch";

// startPush keeps the app for use without a network, and pushes as the person
// wants them.
export function startPush(): void {
  installWorker().catch(() => undefined); // without it, the page works as any page does
  keepTold();
  keepSubscribed();
}
