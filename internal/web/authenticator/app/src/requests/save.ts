// What can be done with a receipt outside of the app.

import type { Receipt } from "../wire/types";

const fileOf = (receipt: Receipt, id: string): File =>
  new File([JSON.stringify(receipt)], `receipt-${id.replace(/[^\w-]/g, "_")}.json`, { type: "application/json" });

const patience = 10_000; // browsers read the address some time after the click

// save downloads it as a file that `twinseal verify` reads.
export function save(receipt: Receipt, id: string): void {
  const file = fileOf(receipt, id);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), patience);
}

// sharable says whether the platform takes such a file.
export function sharable(receipt: Receipt, id: string): boolean {
  return navigator.canShare?.({ files: [fileOf(receipt, id)] }) === true;
}

// share hands it over; that the person closes the platform's sheet is no error.
export async function share(receipt: Receipt, id: string, title: string): Promise<void> {
  await navigator.share({ files: [fileOf(receipt, id)], title }).catch((error: unknown) => {
    if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
  });
}
