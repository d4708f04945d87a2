package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	inboxMessages = &engine.Statement{SQL: `SELECT id, sealed_message, at FROM inbox WHERE ?1 = '' OR recipient = ?1 ORDER BY at DESC, id DESC LIMIT ?2`}

	addInboxMessage = &engine.Statement{SQL: `INSERT INTO inbox (id, recipient, sealed_message, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	purgeInbox = &engine.Statement{SQL: `DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE at < ? ORDER BY at LIMIT ? /*skip locked*/)`}
)

// inboxRow is a message as it is stored: sealed, because it carries codes.
type inboxRow struct {
	mfa.InboxMessage
	sealed mfa.Secret
}

var inboxNoun = noun[inboxRow]{
	name: "message",
	scan: func(row engine.Row, m *inboxRow) error {
		var sealed []byte
		var at int64
		err := row.Scan(&m.ID, &sealed, &at)
		m.sealed, m.At = mfa.NewSecret(sealed), moment(at)
		return err
	},
	open: func(r *records, m *inboxRow) error {
		if err := r.unseal("inbox", "sealed_message", m.ID, &m.sealed); err != nil {
			return err
		}
		return decode("a message", string(m.sealed.Reveal()), &m.Message)
	},
}

func (r *records) InboxMessages(to string, limit int) ([]mfa.InboxMessage, error) {
	rows, err := many(r, inboxNoun, inboxMessages, to, limit)
	if err != nil {
		return nil, err
	}
	messages := make([]mfa.InboxMessage, len(rows))
	for i := range rows {
		messages[i] = rows[i].InboxMessage
	}
	return messages, nil
}

func (w *writeRecords) AddInboxMessage(m mfa.InboxMessage) error {
	text, err := encode("a message", m.Message)
	if err != nil {
		return err
	}
	return w.insert("id", addInboxMessage, m.ID, m.Message.To, w.sealed("inbox", "sealed_message", m.ID, mfa.SecretText(text)), micros(m.At))
}

func (w *writeRecords) PurgeInbox(before time.Time, limit int) (int, error) {
	return w.purge(purgeInbox, before, limit)
}
