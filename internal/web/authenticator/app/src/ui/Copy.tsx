import { t } from "../words";
import { toast } from "./announce";
import { Button, type ButtonProps } from "./Button";
import { Icon } from "./Icon";

// copy puts a text on the clipboard and says so.
export async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(t("shell.copied"));
}

// Copy is a button that copies what it is given.
export function Copy({ text, word = t("shell.copy"), kind = "quiet", size = "small", testid }: { text: string; word?: string } & Pick<ButtonProps, "kind" | "size" | "testid">) {
  return <Button kind={kind} size={size} testid={testid} onClick={() => void copy(text)}><Icon name="copy" />{word}</Button>;
}
