package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	promptColumns = `id, organization_id, directory_id, application_id, user_id, action_id, action_code, action_key, method, authenticator_id,
		sealed_to, sealed_secret, challenge_id, enrols, state, attempts, sends, data, device_id, ip, user_agent, locale, created_at, sent_at,
		expires_at, answered_at`

	selectPrompt = `SELECT ` + promptColumns + ` FROM prompts `
	newestFirst  = ` ORDER BY created_at DESC, id DESC LIMIT 50`
	waiting      = ` AND state IN ('pending', 'claimed') AND expires_at > `
)

var (
	promptByID = &engine.Statement{
		SQL: selectPrompt + `WHERE id = ?`,
		Batch: `SELECT v.ord, ` + promptColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN prompts ON id = v.wanted`,
	}

	lockPrompt = &engine.Statement{
		SQL: selectPrompt + `WHERE id = ? /*lock*/`,
		Batch: `SELECT v.ord, ` + promptColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (wanted, ord)
			JOIN prompts p ON p.id = v.wanted ORDER BY v.ord FOR NO KEY UPDATE OF p`,
		Key: 1, Lock: true,
	}

	promptsOf = &engine.Statement{SQL: selectPrompt + `WHERE action_id = ? AND action_id <> ''` + newestFirst}

	promptsByKey = &engine.Statement{SQL: selectPrompt + `WHERE application_id = ? AND action_key = ? AND action_key <> '' AND action_code = ?` +
		newestFirst}

	pendingPrompts = &engine.Statement{SQL: selectPrompt + `WHERE user_id = ? AND user_id <> '' AND application_id = ?` + waiting + `?` + newestFirst}

	openPrompt = &engine.Statement{SQL: selectPrompt + `WHERE user_id = ? AND user_id <> '' AND application_id = ? AND action_code = ? AND method = ?
		AND state NOT IN ('rejected', 'consumed') AND expires_at > ? ORDER BY created_at DESC, id DESC LIMIT 1`}

	promptByLookup = &engine.Statement{SQL: selectPrompt + `WHERE lookup = ? AND length(lookup) > 0`}

	promptByChallenge = &engine.Statement{SQL: selectPrompt + `WHERE challenge_id = ? AND challenge_id <> ''`}

	addPrompt = &engine.Statement{SQL: `INSERT INTO prompts (` + promptColumns + `, lookup)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	updatePrompt = &engine.Statement{SQL: `UPDATE prompts SET sealed_to = ?2, sealed_secret = ?3, challenge_id = ?4, authenticator_id = ?5, data = ?6,
		device_id = ?7, ip = ?8, user_agent = ?9, locale = ?10, expires_at = ?11 WHERE id = ?1`, Key: 1}

	// The condition is the whole race: of many answers one finds it in the state that it needs.
	answerPrompt = &engine.Statement{SQL: `UPDATE prompts SET state = ?3, answered_at = ?8, user_id = CASE WHEN ?4 = '' THEN user_id ELSE ?4 END,
		action_id = CASE WHEN ?5 = '' THEN action_id ELSE ?5 END,
		authenticator_id = CASE WHEN ?6 = '' THEN authenticator_id ELSE ?6 END, data = CASE WHEN ?7 = '' THEN data ELSE ?7 END
		WHERE id = ?1 AND replace(?2, ',' || state || ',', '') <> ?2 AND expires_at > ?8`, Key: 1}

	countPromptAttempt = &engine.Statement{SQL: `UPDATE prompts SET attempts = attempts + 1 WHERE id = ? RETURNING attempts`, Key: 1}

	resendPrompt = &engine.Statement{SQL: `UPDATE prompts SET sends = sends + 1, sent_at = ?2 WHERE id = ?1 RETURNING sends`, Key: 1}

	purgePrompts = &engine.Statement{SQL: `DELETE FROM prompts WHERE id IN
		(SELECT id FROM prompts WHERE expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}
)

var promptNoun = noun[mfa.Prompt]{
	name: "challenge",
	scan: func(row engine.Row, p *mfa.Prompt) error {
		var to, secret []byte
		var data string
		var times [4]int64
		err := row.Scan((*string)(&p.ID), (*string)(&p.OrganizationID), (*string)(&p.DirectoryID), (*string)(&p.ApplicationID),
			(*string)(&p.UserID), (*string)(&p.ActionID), &p.ActionCode, &p.ActionKey, (*string)(&p.Method), (*string)(&p.AuthenticatorID),
			&to, &secret, (*string)(&p.ChallengeID), &p.Enrols, (*string)(&p.State), &p.Attempts, &p.Sends, &data, &p.DeviceID, &p.IP,
			&p.UserAgent, &p.Locale, &times[0], &times[1], &times[2], &times[3])
		p.To, p.Secret, p.Data = mfa.NewSecret(to), mfa.NewSecret(secret), raw(data)
		p.CreatedAt, p.SentAt, p.ExpiresAt, p.AnsweredAt = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
		return err
	},
	open: func(r *records, p *mfa.Prompt) error {
		if err := r.unseal("prompts", "sealed_to", string(p.ID), &p.To); err != nil {
			return err
		}
		return r.unseal("prompts", "sealed_secret", string(p.ID), &p.Secret)
	},
}

// promptDigest is what a prompt is found by; nothing is found by nothing.
func (r *records) promptDigest(method mfa.Method, lookup mfa.Secret) []byte {
	if lookup.Empty() {
		return []byte{}
	}
	return r.store.ring.Digest("prompt:"+string(method), lookup.Reveal())
}

func (r *records) Prompt(id mfa.PromptID) (mfa.Prompt, error) {
	return one(r, promptNoun, promptByID, string(id))
}

func (r *records) PromptsOf(action mfa.ActionID) ([]mfa.Prompt, error) {
	return many(r, promptNoun, promptsOf, string(action))
}

func (r *records) PromptsByKey(application mfa.ApplicationID, code, key string) ([]mfa.Prompt, error) {
	return many(r, promptNoun, promptsByKey, string(application), key, code)
}

func (r *records) PendingPrompts(application mfa.ApplicationID, user mfa.UserID, now time.Time) ([]mfa.Prompt, error) {
	return many(r, promptNoun, pendingPrompts, string(user), string(application), micros(now))
}

func (r *records) OpenPrompt(application mfa.ApplicationID, user mfa.UserID, code string, method mfa.Method, now time.Time) (mfa.Prompt, error) {
	return one(r, promptNoun, openPrompt, string(user), string(application), code, string(method), micros(now))
}

func (r *records) PromptBySecret(method mfa.Method, lookup mfa.Secret) (mfa.Prompt, error) {
	return one(r, promptNoun, promptByLookup, r.promptDigest(method, lookup))
}

func (r *records) PromptByChallenge(id mfa.ChallengeID) (mfa.Prompt, error) {
	return one(r, promptNoun, promptByChallenge, string(id))
}

func (w *writeRecords) LockPrompt(id mfa.PromptID) (mfa.Prompt, error) {
	return one(&w.records, promptNoun, lockPrompt, string(id))
}

func (w *writeRecords) AddPrompt(p mfa.Prompt) error {
	id := string(p.ID)
	return w.insert("lookup", addPrompt, id, string(p.OrganizationID), string(p.DirectoryID), string(p.ApplicationID), string(p.UserID),
		string(p.ActionID), p.ActionCode, p.ActionKey, string(p.Method), string(p.AuthenticatorID), w.sealed("prompts", "sealed_to", id, p.To),
		w.sealed("prompts", "sealed_secret", id, p.Secret), string(p.ChallengeID), p.Enrols, string(p.State), p.Attempts, p.Sends,
		string(p.Data), p.DeviceID, p.IP, p.UserAgent, p.Locale, micros(p.CreatedAt), micros(p.SentAt), micros(p.ExpiresAt),
		micros(p.AnsweredAt), w.promptDigest(p.Method, p.Lookup))
}

func (w *writeRecords) UpdatePrompt(p mfa.Prompt) error {
	id := string(p.ID)
	return w.change(promptNoun.name, updatePrompt, id, w.sealed("prompts", "sealed_to", id, p.To),
		w.sealed("prompts", "sealed_secret", id, p.Secret), string(p.ChallengeID), string(p.AuthenticatorID), string(p.Data), p.DeviceID, p.IP,
		p.UserAgent, p.Locale, micros(p.ExpiresAt))
}

func (w *writeRecords) AnswerPrompt(id mfa.PromptID, a mfa.PromptAnswer) (bool, error) {
	return w.execOne(answerPrompt, string(id), between(a.From), string(a.To), string(a.UserID), string(a.ActionID), string(a.AuthenticatorID),
		string(a.Data), micros(a.At))
}

func (w *writeRecords) CountPromptAttempt(id mfa.PromptID) (int, error) {
	return w.counted(countPromptAttempt, string(id))
}

func (w *writeRecords) ResendPrompt(id mfa.PromptID, at time.Time) (int, error) {
	return w.counted(resendPrompt, string(id), micros(at))
}

// counted runs a statement that adds to a prompt's count and returns it.
func (w *writeRecords) counted(st *engine.Statement, args ...any) (int, error) {
	n, found, err := w.number(st, args...)
	if err == nil && !found {
		err = mfa.Missing(promptNoun.name)
	}
	return int(n), err
}

func (w *writeRecords) PurgePrompts(before time.Time, limit int) (int, error) {
	return w.purge(purgePrompts, before, limit)
}
