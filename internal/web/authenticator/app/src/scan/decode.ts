// Reading QR codes off pictures: by the browser where it can, and by a library
// that is loaded when it is needed where it cannot.

import type jsQR from "jsqr";

type Picture = HTMLVideoElement | ImageBitmap;

// Detector is the browser's own reader of codes, which only some have.
interface Detector {
  detect(picture: Picture): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

let own: Promise<Detector | undefined> | undefined;

const ownDetector = (): Promise<Detector | undefined> => (own ??= makeDetector().catch(() => undefined));

async function makeDetector(): Promise<Detector | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  const formats = (await BarcodeDetector?.getSupportedFormats()) ?? [];
  return BarcodeDetector && formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : undefined;
}

let library: Promise<typeof jsQR> | undefined;

const loadLibrary = (): Promise<typeof jsQR> => (library ??= import("jsqr").then((module) => module.default).catch((error: unknown) => {
  library = undefined;
  throw error;
}));

// decodeFrame reads one frame of a film: fast, since the next one follows.
export async function decodeFrame(video: HTMLVideoElement): Promise<string> {
  return (await byBrowser(video)) || byLibrary(video, video.videoWidth, video.videoHeight, [640], "dontInvert");
}

// decodePicture reads a picture of a file: thoroughly, in several sizes, because
// a code may be small in a large photo.
export async function decodePicture(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  try {
    return (await byBrowser(picture)) || (await byLibrary(picture, picture.width, picture.height, [1000, 2000, 500], "attemptBoth"));
  } finally {
    picture.close();
  }
}

// byBrowser gives "" where the browser cannot or its service is not installed.
async function byBrowser(picture: Picture): Promise<string> {
  const found = await (await ownDetector())?.detect(picture).catch(() => []);
  return found?.[0]?.rawValue ?? "";
}

async function byLibrary(picture: Picture, width: number, height: number, sizes: number[], inversionAttempts: "dontInvert" | "attemptBoth"): Promise<string> {
  if (width === 0 || height === 0) return "";
  const read = await loadLibrary();
  for (const size of sizes) {
    const scale = Math.min(1, size / Math.max(width, height));
    const pixels = draw(picture, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const found = read(pixels.data, pixels.width, pixels.height, { inversionAttempts });
    if (found?.data) return found.data;
  }
  return "";
}

let canvas: HTMLCanvasElement | undefined;

function draw(picture: Picture, width: number, height: number): ImageData {
  canvas ??= document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  if (!paper) throw new Error("there is no canvas");
  paper.fillStyle = "#fff"; // where a picture is transparent
  paper.fillRect(0, 0, width, height);
  paper.drawImage(picture, 0, 0, width, height);
  return paper.getImageData(0, 0, width, height);
}
