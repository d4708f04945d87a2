package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const sessionColumns = `id, user_id, directory_id, application_id, reference, dialect, extra, started_at`

var (
	sessionsOf = &engine.Statement{SQL: `SELECT ` + sessionColumns + ` FROM sessions WHERE user_id = ? ORDER BY started_at, id`}

	putSession = &engine.Statement{SQL: `INSERT INTO sessions (` + sessionColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (user_id, application_id) DO UPDATE SET id = excluded.id, reference = excluded.reference, dialect = excluded.dialect,
		extra = excluded.extra, started_at = excluded.started_at`}

	removeSession = &engine.Statement{SQL: `DELETE FROM sessions WHERE user_id = ? AND application_id = ?`}
)

var sessionNoun = noun[mfa.Session]{
	name: "session",
	scan: func(row engine.Row, s *mfa.Session) error {
		var extra string
		var started int64
		err := row.Scan((*string)(&s.ID), (*string)(&s.UserID), (*string)(&s.DirectoryID), (*string)(&s.ApplicationID), &s.Reference, &s.Dialect,
			&extra, &started)
		s.Extra, s.StartedAt = raw(extra), moment(started)
		return err
	},
}

func (r *records) SessionsOf(user mfa.UserID) ([]mfa.Session, error) {
	return many(r, sessionNoun, sessionsOf, string(user))
}

func (w *writeRecords) PutSession(s mfa.Session) error {
	_, err := w.exec(putSession, string(s.ID), string(s.UserID), string(s.DirectoryID), string(s.ApplicationID), s.Reference, s.Dialect,
		string(s.Extra), micros(s.StartedAt))
	return err
}

func (w *writeRecords) RemoveSession(user mfa.UserID, application mfa.ApplicationID) (bool, error) {
	return w.execOne(removeSession, string(user), string(application))
}
