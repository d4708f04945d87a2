package store

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	actionColumns = `id, organization_id, directory_id, application_id, user_id, code, key, outcome, state, state_at, method, authenticator_id,
		decided_by, decision, sealed_inputs, created_at, updated_at, expires_at`

	selectAction = `SELECT ` + actionColumns + ` FROM actions `

	standingColumns = `a.id, a.application_id, a.user_id, a.code, a.key, a.state, a.state_at, a.method, EXISTS (SELECT 1 FROM prompts p
		WHERE p.action_id = a.id AND p.action_id <> '' AND p.state = 'pending' AND p.challenge_id <> '')`
)

var (
	actionByID = &engine.Statement{
		SQL: selectAction + `WHERE id = ?`,
		Batch: `SELECT v.ord, ` + actionColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN actions ON id = v.wanted`,
	}

	actionStanding = &engine.Statement{
		SQL: `SELECT ` + standingColumns + ` FROM actions a WHERE a.id = ?`,
		Batch: `SELECT v.ord, ` + standingColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN actions a ON a.id = v.wanted`,
	}

	// A key that the server made is the action's id; only others stand in the index of keys.
	actionByKey = &engine.Statement{SQL: selectAction + `WHERE user_id = ?1 AND application_id = ?2 AND code = ?3 AND key = ?4 AND key <> id
		UNION ALL ` + selectAction + `WHERE id = ?4 AND user_id = ?1 AND application_id = ?2 AND code = ?3 AND key = id`}

	actionsOf = &engine.Statement{SQL: selectAction + `WHERE user_id = ?1 AND application_id = ?2 AND created_at >= ?3
		AND (?4 = '' OR replace(?4, ',' || code || ',', '') <> ?4) AND (?5 = '' OR state = ?5) ORDER BY created_at DESC, id DESC LIMIT ?6`}

	// A page begins at one place of the index by age, which one comparison of both columns names.
	decisionsOf = &engine.Statement{SQL: `SELECT id, user_id, code, outcome, decided_by, sealed_inputs, created_at FROM actions
		WHERE (created_at, id) > (?1, ?3) AND created_at < ?2 AND application_id = ?4 AND (?5 = '' OR code = ?5)
		ORDER BY created_at, id LIMIT ?6`}

	addAction = &engine.Statement{
		SQL: `INSERT INTO actions (` + actionColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Batch: `INSERT INTO actions (` + actionColumns + `)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
				$10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::bigint[], $17::bigint[], $18::bigint[])`,
	}

	// The condition is the whole race: of many moves from one state one finds it there.
	moveAction = &engine.Statement{
		SQL: `UPDATE actions SET state = ?3, state_at = ?6, updated_at = ?6, method = CASE WHEN ?4 = '' THEN method ELSE ?4 END,
			authenticator_id = CASE WHEN ?5 = '' THEN authenticator_id ELSE ?5 END
			WHERE id = ?1 AND replace(?2, ',' || state || ',', '') <> ?2`,
		Batch: `UPDATE actions a SET state = v.state, state_at = v.at, updated_at = v.at,
				method = CASE WHEN v.method = '' THEN a.method ELSE v.method END,
				authenticator_id = CASE WHEN v.authenticator_id = '' THEN a.authenticator_id ELSE v.authenticator_id END
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
				WITH ORDINALITY AS v (id, states, state, method, authenticator_id, at, ord)
			WHERE a.id = v.id AND replace(v.states, ',' || a.state || ',', '') <> v.states RETURNING v.ord`,
		Key: 1,
	}

	removeActions = &engine.Statement{SQL: `DELETE FROM actions WHERE user_id = ? AND application_id = ?`}

	purgeActions = &engine.Statement{SQL: `DELETE FROM actions WHERE id IN
		(SELECT id FROM actions WHERE created_at < ? ORDER BY created_at LIMIT ? /*skip locked*/)`}
)

// decisionText is what of a decision has no column of its own, as it is stored.
type decisionText struct {
	Rules         []mfa.DecidedRule `json:"rules,omitempty"`
	Methods       []mfa.Method      `json:"methods,omitempty"`
	DefaultMethod mfa.Method        `json:"default,omitempty"`
	Uplift        []mfa.Method      `json:"uplift,omitempty"`
}

func encodeDecision(d mfa.Decision) (string, error) {
	if len(d.Rules) == 0 && len(d.Methods) == 0 && d.DefaultMethod == "" && len(d.Uplift) == 0 {
		return "", nil
	}
	return encode("a decision", decisionText{d.Rules, d.Methods, d.DefaultMethod, d.Uplift})
}

func decodeDecision(text string, d *mfa.Decision) error {
	var kept decisionText
	if err := decode("a decision", text, &kept); err != nil {
		return err
	}
	d.Rules, d.Methods, d.DefaultMethod, d.Uplift = kept.Rules, kept.Methods, kept.DefaultMethod, kept.Uplift
	for i := range kept.Rules {
		d.RuleIDs = append(d.RuleIDs, kept.Rules[i].ID)
	}
	return nil
}

// inputsText is what an action was decided from, as it is sealed.
type inputsText struct {
	Request mfa.ActionRequest `json:"request"`
	Facts   json.RawMessage   `json:"facts"`
}

// encodeInputs writes inputsText by hand: the facts are JSON already, and are not to be read through once more.
func encodeInputs(a mfa.Action) (mfa.Secret, error) {
	request, err := json.Marshal(a.Request)
	if err != nil {
		return mfa.Secret{}, &mfa.Error{Code: mfa.Internal, Message: "an action cannot be written as JSON", Cause: err}
	}
	text := make([]byte, 0, len(request)+len(a.Facts)+32)
	text = append(append(text, `{"request":`...), request...)
	if len(a.Facts) > 0 {
		text = append(append(text, `,"facts":`...), a.Facts...)
	}
	return mfa.NewSecret(append(text, '}')), nil
}

// actionRow is an action as it is stored.
type actionRow struct {
	mfa.Action
	decision string
	inputs   mfa.Secret
}

var actionNoun = noun[actionRow]{
	name: "action",
	scan: func(row engine.Row, a *actionRow) error {
		var sealed []byte
		var times [4]int64
		err := row.Scan((*string)(&a.ID), (*string)(&a.OrganizationID), (*string)(&a.DirectoryID), (*string)(&a.ApplicationID),
			(*string)(&a.UserID), &a.Code, &a.Key, (*string)(&a.Outcome), (*string)(&a.State), &times[0], (*string)(&a.Method),
			(*string)(&a.AuthenticatorID), (*string)(&a.DecidedBy), &a.decision, &sealed, &times[1], &times[2], &times[3])
		a.inputs = mfa.NewSecret(sealed)
		a.StateAt, a.CreatedAt, a.UpdatedAt, a.ExpiresAt = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
		return err
	},
	open: func(r *records, a *actionRow) error {
		if err := decodeDecision(a.decision, &a.Decision); err != nil {
			return err
		}
		kept, err := r.openInputs(a.ID, &a.inputs)
		a.Request, a.Facts = kept.Request, kept.Facts
		return err
	},
}

func (r *records) openInputs(id mfa.ActionID, sealed *mfa.Secret) (inputsText, error) {
	var kept inputsText
	if err := r.unseal("actions", "sealed_inputs", string(id), sealed); err != nil {
		return kept, err
	}
	return kept, decode("an action's inputs", string(sealed.Reveal()), &kept)
}

var standingNoun = noun[mfa.Standing]{
	name: actionNoun.name,
	scan: func(row engine.Row, s *mfa.Standing) error {
		var at int64
		err := row.Scan((*string)(&s.ID), (*string)(&s.ApplicationID), (*string)(&s.UserID), &s.Code, &s.Key, (*string)(&s.State), &at,
			(*string)(&s.Method), &s.Asked)
		s.StateAt = moment(at)
		return err
	},
}

// decidedRow is a decision as it is stored.
type decidedRow struct {
	mfa.Decided
	inputs mfa.Secret
}

var decidedNoun = noun[decidedRow]{
	name: "action",
	scan: func(row engine.Row, d *decidedRow) error {
		var sealed []byte
		var at int64
		err := row.Scan((*string)(&d.ID), (*string)(&d.UserID), &d.Code, (*string)(&d.Outcome), (*string)(&d.DecidedBy), &sealed, &at)
		d.inputs, d.CreatedAt = mfa.NewSecret(sealed), moment(at)
		return err
	},
	open: func(r *records, d *decidedRow) error {
		if err := r.unseal("actions", "sealed_inputs", string(d.ID), &d.inputs); err != nil {
			return err
		}
		if recorded, ok := factsOf(d.inputs.Reveal()); ok {
			d.Facts = recorded
			return nil
		}
		var kept inputsText
		err := decode("an action's inputs", string(d.inputs.Reveal()), &kept)
		d.Facts = kept.Facts
		return err
	},
}

// factsOf cuts the facts out of what encodeInputs wrote. Who replays a million decisions has no use for the requests,
// and the facts are read by whoever asked for them. It gives up where the text is of another form.
func factsOf(text []byte) (json.RawMessage, bool) {
	request, ok := bytes.CutPrefix(text, []byte(`{"request":`))
	depth, inText := 0, false
	for i := 0; ok && i < len(request); i++ {
		switch c := request[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 {
			rest, found := bytes.CutPrefix(request[i+1:], []byte(`,"facts":`))
			return bytes.TrimSuffix(rest, []byte("}")), found
		}
	}
	return nil, false
}

func (r *records) Action(id mfa.ActionID) (mfa.Action, error) {
	a, err := one(r, actionNoun, actionByID, string(id))
	return a.Action, err
}

func (r *records) ActionStanding(id mfa.ActionID) (mfa.Standing, error) {
	return one(r, standingNoun, actionStanding, string(id))
}

func (r *records) ActionByKey(application mfa.ApplicationID, user mfa.UserID, code, key string) (mfa.Action, error) {
	a, err := one(r, actionNoun, actionByKey, string(user), string(application), code, key)
	return a.Action, err
}

// Limits of one list of actions.
const (
	actionsDefault = 100
	actionsMost    = 1000
)

func (r *records) ActionsOf(f mfa.ActionFilter) ([]mfa.Action, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = actionsDefault
	}
	rows, err := many(r, actionNoun, actionsOf, string(f.UserID), string(f.ApplicationID), micros(f.Since), between(f.Codes), string(f.State),
		min(limit, actionsMost))
	var out []mfa.Action
	for i := range rows {
		out = append(out, rows[i].Action)
	}
	return out, err
}

// between writes each text between commas of its own, as statements look for it.
func between[T ~string](texts []T) string {
	var list strings.Builder
	for _, t := range texts {
		list.WriteString("," + string(t) + ",")
	}
	return list.String()
}

func (r *records) Decisions(f mfa.DecisionFilter) ([]mfa.Decided, error) {
	rows, err := many(r, decidedNoun, decisionsOf, micros(f.From), until(f.To), string(f.After), string(f.ApplicationID), f.Code, f.Limit)
	if err != nil {
		return nil, err
	}
	out := make([]mfa.Decided, len(rows))
	for i := range rows {
		out[i] = rows[i].Decided
	}
	return out, nil
}

func (w *writeRecords) AddAction(a mfa.Action) error {
	decision, err := encodeDecision(a.Decision)
	if err != nil {
		return err
	}
	inputs, err := encodeInputs(a)
	if err != nil {
		return err
	}
	return w.later(addAction, string(a.ID), string(a.OrganizationID), string(a.DirectoryID), string(a.ApplicationID), string(a.UserID), a.Code,
		a.Key, string(a.Outcome), string(a.State), micros(a.StateAt), string(a.Method), string(a.AuthenticatorID), string(a.DecidedBy), decision,
		w.sealed("actions", "sealed_inputs", string(a.ID), inputs), micros(a.CreatedAt), micros(a.UpdatedAt), micros(a.ExpiresAt))
}

func (w *writeRecords) MoveAction(id mfa.ActionID, m mfa.ActionMove) (bool, error) {
	return w.execOne(moveAction, string(id), between(m.From), string(m.To), string(m.Method), string(m.AuthenticatorID), micros(m.At))
}

func (w *writeRecords) RemoveActions(user mfa.UserID, application mfa.ApplicationID) error {
	_, err := w.exec(removeActions, string(user), string(application))
	return err
}

func (w *writeRecords) PurgeActions(before time.Time, limit int) (int, error) {
	return w.purge(purgeActions, before, limit)
}
