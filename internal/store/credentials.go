package store

import (
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// Every lock on a user goes by directory and number, whatever name it was asked
// for by, because functions that share a transaction tell their locks apart by
// the value of one argument.
var (
	lockUser = &engine.Statement{
		SQL: selectUser + `WHERE u.directory_id = ? AND u.number = ? /*lock*/`,
		Batch: `SELECT v.ord, ` + userColumns + `
			FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v (directory_id, number, ord)
			JOIN users u ON u.directory_id = v.directory_id AND u.number = v.number
			ORDER BY v.ord FOR NO KEY UPDATE OF u`,
		Key: 2, Lock: true,
	}

	// The read of the hot path: the user's row is locked, those of the
	// authenticators are not. PostgreSQL reads the latter as they were when the
	// statement began, even if it then waited for the lock; the first column tells
	// whether they are still those that belong to the user's row.
	lockCredentials = &engine.Statement{
		SQL: `SELECT u.generation = a.generation, ` + userColumns + `, ` + ownAuthenticatorColumns + `
			FROM (SELECT * FROM users WHERE directory_id = ? AND number = ? /*lock*/) u
			JOIN authenticators a ON a.user_id = u.id`,
		Batch: `WITH u AS MATERIALIZED (
				SELECT v.ord, t.* FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v (directory_id, number, ord)
				JOIN users t ON t.directory_id = v.directory_id AND t.number = v.number
				ORDER BY v.ord FOR NO KEY UPDATE OF t)
			SELECT u.ord, u.generation = a.generation, ` + userColumns + `, ` + ownAuthenticatorColumns + `
			FROM u JOIN authenticators a ON a.user_id = u.id`,
		Key: 2, Lock: true,
	}

	// A change to the set of a user's authenticators shows in the user's row and in
	// each that is left, so that whoever waits for the lock learns of the change.
	changeGeneration = &engine.Statement{SQL: `UPDATE users SET generation = generation + 1 WHERE id = ?`, Key: 1}
	stampGeneration  = &engine.Statement{SQL: `UPDATE authenticators SET generation = (SELECT u.generation FROM users u WHERE u.id = ?1)
		WHERE user_id = ?1`, Key: 1}
)

// selectHoldings reads a user together with each of the authenticators.
const selectHoldings = `SELECT TRUE, ` + userColumns + `, ` + ownAuthenticatorColumns + ` FROM users u JOIN authenticators a ON a.user_id = u.id `

var (
	credentialsByAlias  = &engine.Statement{SQL: selectHoldings + `WHERE u.directory_id = ? AND u.alias = ? AND u.alias <> ''`}
	credentialsByFolded = &engine.Statement{SQL: selectHoldings + `WHERE u.directory_id = ? AND u.alias_folded = ? AND u.alias_folded <> ''`}
	holderByThumbprint  = &engine.Statement{SQL: selectHoldings + `WHERE a.thumbprint = ? AND a.thumbprint <> '' AND a.kind = ?`}
)

// credentialsRow is one row of these statements: the user again and again, with
// one authenticator each time.
type credentialsRow struct {
	fresh bool
	user  userRow
	auth  authenticatorRow
	dest  []any
}

// credentialsRows keeps rows between requests: their destinations are built
// once, and most of their texts are the same for the next user. They hold
// secrets as sealed as the tables do.
var credentialsRows = sync.Pool{New: func() any { return newCredentialsRow() }}

func newCredentialsRow() *credentialsRow {
	c := &credentialsRow{}
	c.dest = append(c.dest, &c.fresh)
	c.dest = append(c.dest, c.user.dest()...)
	c.dest = append(c.dest, c.auth.ownDest()...)
	return c
}

// maxRelocks bounds how often a lock by another name than the number is tried
// again because the user changed its number in between; once is rare already.
const maxRelocks = 3

// numberOf finds the number by which a user is locked.
func (w *writeRecords) numberOf(directory mfa.DirectoryID, ref mfa.UserRef) (int64, error) {
	if ref.ID == "" && ref.Number != 0 {
		return ref.Number, nil
	}
	u, err := w.User(directory, ref)
	return u.Number, err
}

// named reports whether the reference still names the user.
func named(u mfa.User, ref mfa.UserRef) bool {
	switch {
	case ref.ID != "":
		return u.ID == ref.ID
	case ref.Number != 0:
		return u.Number == ref.Number
	case ref.Alias != "":
		return u.Alias == ref.Alias
	case ref.Name != "":
		return u.Alias == ref.Name || string(u.ID) == ref.Name
	case ref.FoldedAlias != "":
		return u.FoldedAlias == ref.FoldedAlias
	}
	return u.Phone == ref.Phone
}

// LockUser finds a user and locks it.
func (w *writeRecords) LockUser(directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, error) {
	for range maxRelocks {
		number, err := w.numberOf(directory, ref)
		if err != nil {
			return mfa.User{}, err
		}
		u, err := one(&w.records, userNoun, lockUser, string(directory), number)
		if err == nil && named(u, ref) {
			return u, nil
		}
		if err != nil && (!mfa.IsCode(err, mfa.NotFound) || number == ref.Number) {
			return mfa.User{}, err
		}
	}
	return mfa.User{}, mfa.Missing(userNoun.name)
}

// LockCredentials is one statement for a user, named by its number, who has
// authenticators. On PostgreSQL a counter may be as it was before the wait for the
// lock; AdvanceCounter, which compares again, decides.
func (w *writeRecords) LockCredentials(directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, []mfa.Authenticator, error) {
	number, err := w.numberOf(directory, ref)
	if err != nil {
		return mfa.User{}, nil, err
	}
	row := credentialsRows.Get().(*credentialsRow) //nolint:forcetypeassert,errcheck // the pool holds nothing else
	defer credentialsRows.Put(row)
	var held []mfa.Authenticator
	stale := false
	err = w.query(lockCredentials, func(r engine.Row) error {
		if err := r.Scan(row.dest...); err != nil {
			return err
		}
		stale = stale || !row.fresh
		held = append(held, row.auth.value())
		return nil
	}, string(directory), number)
	if err != nil {
		return mfa.User{}, nil, err
	}
	if len(held) == 0 || stale {
		return w.lockAndList(directory, ref)
	}
	return w.credentials(row, held, directory, ref)
}

// credentials finishes what lockCredentials found.
func (w *writeRecords) credentials(row *credentialsRow, held []mfa.Authenticator, directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, []mfa.Authenticator, error) {
	u, err := row.user.value()
	if err != nil {
		return mfa.User{}, nil, err
	}
	if !named(u, ref) {
		return w.lockAndList(directory, ref)
	}
	for i := range held {
		held[i].UserID, held[i].DirectoryID = u.ID, u.DirectoryID
		if err := openAuthenticator(&w.records, &held[i]); err != nil {
			return mfa.User{}, nil, err
		}
	}
	// Sorted here, because the databases would sort even the single row that there mostly is.
	slices.SortFunc(held, byAge)
	return u, held, nil
}

// lockAndList is LockCredentials in two statements, of which the second sees
// everything that happened before the first got its lock.
func (w *writeRecords) lockAndList(directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, []mfa.Authenticator, error) {
	u, err := w.LockUser(directory, ref)
	if err != nil {
		return mfa.User{}, nil, err
	}
	held, err := w.AuthenticatorsOf(u.ID)
	return u, held, err
}

// Credentials reads a user who is named by an alias and has authenticators in one statement, and others in two.
func (r *records) Credentials(directory mfa.DirectoryID, ref mfa.UserRef) (mfa.User, []mfa.Authenticator, error) {
	var found []holding
	var err error
	switch {
	case ref.ID != "" || ref.Number != 0 || !ref.Phone.Empty():
	case ref.Alias != "":
		found, err = r.holdings(credentialsByAlias, string(directory), ref.Alias)
	case ref.Name != "":
		found, err = r.holdings(credentialsByAlias, string(directory), ref.Name)
	case ref.FoldedAlias != "":
		found, err = r.holdings(credentialsByFolded, string(directory), ref.FoldedAlias)
	}
	if err != nil {
		return mfa.User{}, nil, err
	}
	if len(found) == 0 {
		u, err := r.User(directory, ref)
		if err != nil {
			return mfa.User{}, nil, err
		}
		held, err := r.AuthenticatorsOf(u.ID)
		return u, held, err
	}
	held := make([]mfa.Authenticator, len(found))
	for i := range found {
		held[i] = found[i].held
	}
	slices.SortFunc(held, byAge)
	return found[0].user, held, nil
}

// Holder reads an authenticator with its user.
func (r *records) Holder(kind mfa.Kind, thumbprint string) (mfa.User, mfa.Authenticator, error) {
	found, err := r.holdings(holderByThumbprint, thumbprint, string(kind))
	if err == nil && len(found) == 0 {
		err = mfa.Missing(authenticatorNoun.name)
	}
	if err != nil {
		return mfa.User{}, mfa.Authenticator{}, err
	}
	return found[0].user, found[0].held, nil
}

// holding is an authenticator with its user.
type holding struct {
	user mfa.User
	held mfa.Authenticator
}

// holdings reads rows of a user and an authenticator, and opens them.
func (r *records) holdings(st *engine.Statement, args ...any) ([]holding, error) {
	row := credentialsRows.Get().(*credentialsRow) //nolint:forcetypeassert,errcheck // the pool holds nothing else
	defer credentialsRows.Put(row)
	var found []holding
	err := r.query(st, func(from engine.Row) error {
		if err := from.Scan(row.dest...); err != nil {
			return err
		}
		u, err := row.user.value()
		found = append(found, holding{u, row.auth.value()})
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		a := &found[i].held
		a.UserID, a.DirectoryID = found[i].user.ID, found[i].user.DirectoryID
		if err := openAuthenticator(r, a); err != nil {
			return nil, err
		}
	}
	return found, nil
}
