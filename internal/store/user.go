package store

import (
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	userColumns = `u.id, u.directory_id, u.number, u.alias, u.state, u.emails, u.phone_country, u.phone, u.locale, u.confirmed,
		u.left_applications, u.codes_until, u.strikes_until, u.created_at, u.updated_at, u.alias_folded, u.match_until`

	selectUser = `SELECT ` + userColumns + ` FROM users u `
)

// The second conditions on alias and phone repeat those of the partial indices,
// which PostgreSQL needs to see to use them.
var (
	userByID = &engine.Statement{
		SQL: selectUser + `WHERE u.directory_id = ? AND u.id = ?`,
		Batch: `SELECT v.ord, ` + userColumns + ` FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS v (directory_id, id, ord)
			JOIN users u ON u.directory_id = v.directory_id AND u.id = v.id`,
	}
	userByNumber = &engine.Statement{SQL: selectUser + `WHERE u.directory_id = ? AND u.number = ?`}
	userByAlias  = &engine.Statement{SQL: selectUser + `WHERE u.directory_id = ? AND u.alias = ? AND u.alias <> ''`}
	userByPhone  = &engine.Statement{SQL: selectUser + `WHERE u.directory_id = ? AND u.phone = ? AND u.phone <> ''`}
	userByFolded = &engine.Statement{SQL: selectUser + `WHERE u.directory_id = ? AND u.alias_folded = ? AND u.alias_folded <> ''`}
	usersByPhone = &engine.Statement{SQL: selectUser + `WHERE u.phone = ? AND u.phone <> '' ORDER BY u.created_at, u.id LIMIT 10`}

	// Addresses are kept as a list in JSON, whose beginning says the first. Each half has an index of its own.
	usersCalled = &engine.Statement{SQL: selectUser + `WHERE u.id IN (SELECT a.id FROM users a WHERE a.alias = ?1 AND a.alias <> ''
		UNION SELECT e.id FROM users e WHERE substr(e.emails, 1, 300) >= ?2 AND substr(e.emails, 1, 300) < ?3 AND e.emails <> '') ORDER BY u.created_at, u.id LIMIT 10`}

	countUsers = &engine.Statement{SQL: `SELECT count(*) FROM users WHERE directory_id = ?`}

	listUsers = &engine.Statement{SQL: selectUser + `WHERE u.directory_id = ? AND u.id > ? ORDER BY u.id LIMIT ?`}

	addUser = &engine.Statement{SQL: `INSERT INTO users
		(id, directory_id, number, alias, state, emails, phone_country, phone, locale, confirmed, left_applications, codes_until,
		strikes_until, generation, created_at, updated_at, alias_folded, match_until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	// A name that another user has leaves the row as it is, because a failed
	// statement would cost the whole transaction.
	updateUser = &engine.Statement{SQL: `UPDATE users SET number = ?3, alias = ?4, state = ?5, emails = ?6, phone_country = ?7, phone = ?8,
		locale = ?9, confirmed = ?10, left_applications = ?11, codes_until = ?12, strikes_until = ?13, updated_at = ?14,
		alias_folded = ?15, match_until = ?16
		WHERE id = ?1 AND directory_id = ?2
		AND NOT EXISTS (SELECT 1 FROM users o WHERE o.directory_id = ?2 AND o.number = ?3 AND o.id <> ?1)
		AND NOT EXISTS (SELECT 1 FROM users o WHERE o.directory_id = ?2 AND o.alias = ?4 AND o.alias <> '' AND o.id <> ?1)
		AND NOT EXISTS (SELECT 1 FROM users o WHERE o.directory_id = ?2 AND o.alias_folded = ?15 AND o.alias_folded <> '' AND o.id <> ?1)
		AND NOT EXISTS (SELECT 1 FROM users o WHERE o.directory_id = ?2 AND o.phone = ?8 AND o.phone <> '' AND o.id <> ?1)`, Key: 1}

	removeUser = []*engine.Statement{
		{SQL: `DELETE FROM authenticators WHERE user_id = ?`},
		{SQL: `DELETE FROM enrollments WHERE user_id = ? AND user_id <> ''`},
		{SQL: `DELETE FROM codes WHERE user_id = ? AND user_id <> ''`},
		{SQL: `DELETE FROM challenges WHERE user_id = ? AND state = 'pending'`},
		{SQL: `DELETE FROM sessions WHERE user_id = ?`},
		{SQL: `DELETE FROM ceremonies WHERE user_id = ?`},
		{SQL: `DELETE FROM transactions WHERE user_id = ? AND user_id <> '' AND state = 'pending'`},
		{SQL: `DELETE FROM handoffs WHERE user_id = ?`},
		{SQL: `DELETE FROM profiles WHERE user_id = ?`},
		{SQL: `DELETE FROM known_devices WHERE user_id = ?`},
		{SQL: `DELETE FROM prompts WHERE user_id = ? AND user_id <> ''`},
		{SQL: `DELETE FROM grants WHERE user_id = ?`},
	}

	removeUserRow = &engine.Statement{SQL: `DELETE FROM users WHERE id = ?`}
)

// userRow is a user as it is stored.
type userRow struct {
	mfa.User
	emails, left, phone string
	country             int
	times               [5]int64
}

func (u *userRow) dest() []any {
	return []any{
		(*string)(&u.ID), (*string)(&u.DirectoryID), &u.Number, &u.Alias, (*string)(&u.State), &u.emails, &u.country, &u.phone, &u.Locale,
		&u.Confirmed, &u.left, &u.times[0], &u.times[1], &u.times[2], &u.times[3],
		&u.FoldedAlias, &u.times[4],
	}
}

func (u *userRow) value() (mfa.User, error) {
	var err error
	if u.Emails, err = decodeTexts[string]("a user's addresses", u.emails); err != nil {
		return mfa.User{}, err
	}
	if u.LeftApplications, err = decodeTexts[mfa.ApplicationID]("a user's applications", u.left); err != nil {
		return mfa.User{}, err
	}
	u.Phone = phoneOf(u.country, u.phone)
	u.CodesUntil, u.StrikesUntil, u.CreatedAt, u.UpdatedAt = moment(u.times[0]), moment(u.times[1]), moment(u.times[2]), moment(u.times[3])
	u.MatchUntil = moment(u.times[4])
	return u.User, nil
}

var userNoun = noun[mfa.User]{
	name: "user",
	scan: func(row engine.Row, out *mfa.User) error {
		var u userRow
		err := row.Scan(u.dest()...)
		if err == nil {
			*out, err = u.value()
		}
		return err
	},
}

func (r *records) User(directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, error) {
	d := string(directory)
	switch {
	case ref.ID != "":
		return one(r, userNoun, userByID, d, string(ref.ID))
	case ref.Number != 0:
		return one(r, userNoun, userByNumber, d, ref.Number)
	case ref.Alias != "":
		return one(r, userNoun, userByAlias, d, ref.Alias)
	case !ref.Phone.Empty():
		return one(r, userNoun, userByPhone, d, ref.Phone.E164())
	case ref.Name != "":
		u, err := one(r, userNoun, userByAlias, d, ref.Name)
		if mfa.IsCode(err, mfa.NotFound) {
			return one(r, userNoun, userByID, d, ref.Name)
		}
		return u, err
	case ref.FoldedAlias != "":
		return one(r, userNoun, userByFolded, d, ref.FoldedAlias)
	}
	return mfa.User{}, mfa.Missing(userNoun.name)
}

func (r *records) UsersByPhone(phone mfa.Phone) ([]mfa.User, error) {
	return many(r, userNoun, usersByPhone, phone.E164())
}

func (r *records) UsersCalled(name string) ([]mfa.User, error) {
	first, err := encode("a name", []string{name})
	if err != nil || name == "" {
		return nil, err
	}
	first = strings.TrimSuffix(first, `"]`)
	return many(r, userNoun, usersCalled, name, first+`"`, first+`#`) // what follows a quote
}

func (r *records) CountUsers(directory mfa.DirectoryID) (int64, error) {
	n, _, err := r.number(countUsers, string(directory))
	return n, err
}

func (r *records) ListUsers(directory mfa.DirectoryID, after mfa.UserID, limit int) ([]mfa.User, error) {
	return many(r, userNoun, listUsers, string(directory), string(after), limit)
}

func (w *writeRecords) AddUser(u mfa.User) error {
	emails, left, err := encodeUser(u)
	if err != nil {
		return err
	}
	done, err := w.execOne(addUser, string(u.ID), string(u.DirectoryID), u.Number, u.Alias, string(u.State), emails, u.Phone.CountryCode,
		u.Phone.E164(), u.Locale, u.Confirmed, left, micros(u.CodesUntil), micros(u.StrikesUntil), micros(u.CreatedAt), micros(u.UpdatedAt),
		u.FoldedAlias, micros(u.MatchUntil))
	if err != nil || done {
		return err
	}
	return w.takenBy(u, taken("id"))
}

func (w *writeRecords) UpdateUser(u mfa.User) error {
	emails, left, err := encodeUser(u)
	if err != nil {
		return err
	}
	done, err := w.execOne(updateUser, string(u.ID), string(u.DirectoryID), u.Number, u.Alias, string(u.State), emails, u.Phone.CountryCode,
		u.Phone.E164(), u.Locale, u.Confirmed, left, micros(u.CodesUntil), micros(u.StrikesUntil), micros(u.UpdatedAt), u.FoldedAlias,
		micros(u.MatchUntil))
	if err != nil || done {
		return err
	}
	return w.takenBy(u, mfa.Missing(userNoun.name))
}

func encodeUser(u mfa.User) (emails, left string, err error) {
	if emails, err = encodeList("a user's addresses", u.Emails); err == nil {
		left, err = encodeList("a user's applications", u.LeftApplications)
	}
	return emails, left, err
}

// takenBy finds which of the user's names another one has; otherwise it returns the given error.
func (w *writeRecords) takenBy(u mfa.User, otherwise error) error {
	for _, name := range []struct {
		field string
		ref   mfa.UserRef
	}{
		{"number", mfa.UserRef{Number: u.Number}},
		{"alias", mfa.UserRef{Alias: u.Alias}},
		{"alias", mfa.UserRef{FoldedAlias: u.FoldedAlias}},
		{"phone", mfa.UserRef{Phone: u.Phone}},
	} {
		other, err := w.User(u.DirectoryID, name.ref)
		switch {
		case mfa.IsCode(err, mfa.NotFound):
		case err != nil:
			return err
		case other.ID != u.ID:
			return taken(name.field)
		}
	}
	return otherwise
}

func (w *writeRecords) RemoveUser(id mfa.UserID) error {
	for _, st := range removeUser {
		if _, err := w.exec(st, string(id)); err != nil {
			return err
		}
	}
	return w.change(userNoun.name, removeUserRow, string(id))
}
