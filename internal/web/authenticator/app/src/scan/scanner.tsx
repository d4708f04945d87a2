import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { t } from "../words";
import { type Trouble, troubleOf, openCamera } from "./camera";
import { PictureFile } from "./PictureFile";
import { Viewfinder } from "./Viewfinder";

export interface ScannerProps {
  onText: (text: string) => void; // each text that was read; the camera goes on until the scanner is gone
}

type Stage = { is: "closed" } | { is: "asking" } | { is: "open"; stream: MediaStream } | { is: "trouble"; trouble: Trouble };

// Scanner reads QR codes: with the camera, from a picture in a file, or from one
// that is pasted.
export function Scanner({ onText }: ScannerProps) {
  const [stage, setStage] = useState<Stage>({ is: "closed" });
  const [error, setError] = useState<unknown>();
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  const open = async () => {
    setStage({ is: "asking" });
    setError(undefined);
    const next = await openCamera().then((stream): Stage => ({ is: "open", stream }), (caught): Stage => ({ is: "trouble", trouble: troubleOf(caught) }));
    if (here.current) setStage(next);
    else if (next.is === "open") for (const track of next.stream.getTracks()) track.stop();
  };
  const close = () => setStage({ is: "closed" });
  const failed = (caught: unknown) => {
    setError(caught);
    close();
  };
  return (
    <div class="scanner stack" data-testid="scanner" data-stage={stage.is}>
      {stage.is === "open" && <Viewfinder stream={stage.stream} onText={onText} onClose={close} onError={failed} />}
      {stage.is === "trouble" && <Note kind="bad" testid={`camera-${stage.trouble}`}>{t(`codes.scan.${stage.trouble}`)}</Note>}
      {stage.is === "asking" && <Note kind="wait">{t("codes.scan.asking")}</Note>}
      <ErrorNote error={error} />
      {stage.is !== "open" && <Button size="wide" testid="scan-camera" busy={stage.is === "asking"} onClick={() => void open()}><Icon name="scan" />{t("codes.scan.camera")}</Button>}
      <PictureFile onText={onText} />
    </div>
  );
}
