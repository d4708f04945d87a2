import { useEffect, useRef } from "preact/hooks";
import { Button } from "../ui/Button";
import { t } from "../words";
import { watch } from "./camera";

export interface ViewfinderProps {
  stream: MediaStream;
  onText: (text: string) => void;
  onClose: () => void;
  onError: (error: unknown) => void;
}

// Viewfinder shows what the camera sees. The camera is let go when it is gone or
// nobody looks.
export function Viewfinder({ stream, onText, onClose, onError }: ViewfinderProps) {
  const video = useRef<HTMLVideoElement>(null);
  const tell = useRef(onText);
  tell.current = onText;
  useEffect(() => {
    const stop = new AbortController();
    const hidden = () => { if (document.hidden) onClose(); };
    document.addEventListener("visibilitychange", hidden);
    if (video.current) {
      video.current.srcObject = stream;
      watch(video.current, stop.signal, (text) => tell.current(text)).catch(onError);
    }
    return () => {
      stop.abort();
      document.removeEventListener("visibilitychange", hidden);
      for (const track of stream.getTracks()) track.stop();
    };
  }, [stream]);
  return (
    <div class="stack-small">
      <div class="viewfinder"><video ref={video} autoplay muted playsInline aria-label={t("codes.scan.video")} data-testid="camera" /></div>
      <p class="small soft center">{t("codes.scan.aim")}</p>
      <Button kind="quiet" size="wide" testid="stop-camera" onClick={onClose}>{t("codes.scan.stop")}</Button>
    </div>
  );
}
