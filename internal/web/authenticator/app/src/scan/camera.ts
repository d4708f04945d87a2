// The camera: from the person's permission to the texts that it sees.

import { decodeFrame } from "./decode";

// Trouble is why there is no picture.
export type Trouble = "denied" | "absent" | "busy";

const troubles: Record<string, Trouble> = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", OverconstrainedError: "absent" };

export const troubleOf = (error: unknown): Trouble => (error instanceof DOMException && troubles[error.name]) || "busy";

// openCamera asks for the camera at the back, if there is one.
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera", "NotFoundError");
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
}

// Between two looks; a hand is not quicker.
const pause = 150;

// A text that was out of sight for this long is told again.
const forgotten = 3000;

// watch tells each text that comes before the camera, until it is stopped.
export async function watch(video: HTMLVideoElement, stop: AbortSignal, onText: (text: string) => void): Promise<void> {
  let last = { text: "", at: 0 };
  while (!stop.aborted) {
    const text = video.readyState >= video.HAVE_CURRENT_DATA ? await decodeFrame(video) : "";
    const now = performance.now();
    if (stop.aborted) return;
    if (text && (text !== last.text || now - last.at > forgotten)) onText(text);
    if (text) last = { text, at: now };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
