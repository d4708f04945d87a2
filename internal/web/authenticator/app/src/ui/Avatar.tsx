import { useEffect, useState } from "preact/hooks";

export interface AvatarProps {
  name: string;
  load?: (() => Promise<Blob | undefined>) | undefined; // a picture, from our own server
  of?: string; // what the picture belongs to, so that it is loaded once
  size?: "small" | "large";
}

// Avatar is a picture, or the first letter while there is none. It adds nothing
// to the name beside it and is hidden from screen readers.
export function Avatar({ name, load, of = name, size }: AvatarProps) {
  const address = usePicture(load, of);
  return (
    <span class={`avatar ${size ?? ""}`} aria-hidden="true">
      {address ? <img src={address} alt="" decoding="async" /> : initial(name)}
    </span>
  );
}

function usePicture(load: AvatarProps["load"], of: string): string {
  const [address, setAddress] = useState("");
  useEffect(() => {
    let made = "";
    let gone = false;
    setAddress("");
    load?.().then((picture) => {
      if (!picture || gone) return;
      made = URL.createObjectURL(picture);
      setAddress(made);
    }).catch(() => {});
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [of, load === undefined]);
  return address;
}

const initial = (name: string): string => [...name.trim()][0]?.toLocaleUpperCase() ?? "·";
