import type { JSX, RefObject } from "preact";
import { useId } from "preact/hooks";
import { takes } from "../../../../protocol/modules/match.js";
import { Field } from "../ui/Field";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import type { Match, Question } from "../wire/types";

export interface NumberMatchProps {
  question: Question;
  match: Match;
  value: string;
  onChange: (number: string) => void;
  onNone: () => void; // there is no number where it should be
  disabled: boolean;
  place: RefObject<HTMLElement | null>;
}

// NumberMatch takes the number that stands where the request was made. Only
// whoever looks at both can give it; who merely started the request cannot have
// it approved by somebody else's tired thumb.
export function NumberMatch({ question, match, value, onChange, onNone, disabled, place }: NumberMatchProps) {
  const application = <Quote text={question.application.name} />;
  return (
    <section class="number-match" ref={place} tabIndex={-1} data-testid="number-match">
      {match.choices
        ? <Pick choices={match.choices} application={application} {...{ value, onChange, disabled }} />
        : <Type digits={Number(match.digits)} name={question.application.name} {...{ value, onChange, disabled }} />}
      <p class="small soft">{t("requests.number.warn")}</p>
      <button type="button" class="plain small" data-testid="no-number" disabled={disabled} onClick={onNone}>{t("requests.number.none")}</button>
    </section>
  );
}

type Given = Pick<NumberMatchProps, "value" | "onChange" | "disabled">;

function Pick({ choices, application, value, onChange, disabled }: Given & { choices: string[]; application: JSX.Element }) {
  const name = useId();
  return (
    <fieldset>
      <legend><Sentence of="requests.number.pick" with={{ application }} /></legend>
      <div class="numbers">
        {choices.map((number) => (
          <label key={number} class="number">
            <input type="radio" name={name} value={number} checked={number === value} disabled={disabled} data-testid={`number-${number}`}
              aria-label={t("requests.number.choice", { number })} onChange={() => onChange(number)} />
            <span aria-hidden="true">{number}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Type({ digits, name, value, onChange, disabled }: Given & { digits: number; name: string }) {
  return (
    <div class="number-typed">
      <Field label={<Sentence of="requests.number.type" with={{ application: <Quote text={name} /> }} />} hint={t("requests.number.digits", { n: digits })}
        inputMode="numeric" autocomplete="off" pattern="[0-9]*" maxLength={digits} value={value} disabled={disabled} testid="number"
        onText={(text) => onChange(text.replace(/\D/g, "").slice(0, digits))} />
    </div>
  );
}

// complete says whether a number was given as the question wants it.
export const complete = (match: Match | undefined, number: string): boolean => !match || takes(match, number);
