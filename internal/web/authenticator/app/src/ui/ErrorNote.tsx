import { explain } from "../words";
import { Note } from "./Note";

// ErrorNote says what an error means; without one it is nothing.
export function ErrorNote({ error, testid = "error" }: { error: unknown; testid?: string }) {
  if (error === undefined || error === null) return null;
  return <Note kind="bad" testid={testid}>{explain(error)}</Note>;
}
