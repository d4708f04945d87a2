import type { ComponentChildren } from "preact";
import { Facts } from "../ui/Facts";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import type { Challenge } from "../wire/types";
import type { Proved } from "./proved";

// TechnicalFacts are for whoever has to compare a receipt with a log.
export function TechnicalFacts({ proved, challenge: { question } }: { proved: Proved; challenge: Challenge }) {
  const { statement, seal } = proved;
  const exact = (value: string | undefined) => value && <span class="mono"><Quote text={value} /></span>;
  const data = (value: unknown) => value !== undefined && exact(JSON.stringify(value));
  const facts: [ComponentChildren, ComponentChildren][] = [
    [t("requests.receipt.fact.challenge"), exact(question.challenge)],
    [t("requests.receipt.fact.event"), exact(seal.event)],
    [t("requests.receipt.fact.device_time"), exact(statement.device_time)],
    [t("requests.receipt.fact.received_at"), exact(seal.received_at)],
    [t("requests.receipt.fact.factors"), exact(statement.factors.join(", "))],
    [t("requests.receipt.fact.number"), exact(statement.match)],
    [t("requests.receipt.fact.device"), exact(statement.device?.id)],
    [t("requests.receipt.fact.key"), exact(statement.device?.key)],
    [t("requests.receipt.fact.passkey"), exact(statement.relying_party?.id)],
    [t("requests.receipt.fact.server_key"), exact(proved.serverKey)],
    [t("requests.receipt.fact.statement"), exact(proved.statementHash)],
    [t("requests.receipt.fact.organization"), exact(question.organization.id)],
    [t("requests.receipt.fact.application"), exact(question.application.id)],
    [t("requests.receipt.fact.user"), exact(question.user.id)],
    [t("requests.receipt.fact.nonce"), exact(question.nonce)],
    [t("requests.receipt.fact.policy"), data(question.policy)],
    [t("requests.receipt.fact.evidence"), data(statement.evidence)],
    [t("requests.receipt.fact.hidden"), exact(question.hidden_details_hash)],
    [t("requests.receipt.fact.packages"), exact(statement.packages)],
  ];
  return (
    <details class="small" data-testid="technical-facts">
      <summary>{t("requests.receipt.facts")}</summary>
      <Facts of={facts.filter(([, value]) => value !== undefined && value !== false && value !== "")} />
      <p class="soft">{t("requests.receipt.offline")} <code>twinseal verify receipt.json --server-key {proved.serverKey}</code></p>
    </details>
  );
}
