import { Component, type ComponentChildren } from "preact";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { t } from "../words";

interface Props {
  children: ComponentChildren;
  at: string; // the address: another one is tried afresh
}

// Broken shows its screen, or that the screen fell over. Tabs around it keep
// working.
export class Broken extends Component<Props, { fallen: string | undefined }> {
  override state: { fallen: string | undefined } = { fallen: undefined };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ fallen: this.props.at });
  }

  override render() {
    if (this.state.fallen !== this.props.at) return this.props.children;
    return (
      <Empty title={t("shell.broken.title")} alone testid="broken">
        <p>{t("shell.broken.text")}</p>
        <Button onClick={() => location.reload()}>{t("shell.broken.reload")}</Button>
      </Empty>
    );
  }
}
