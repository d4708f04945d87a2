package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectDirectory = `SELECT id, organization_id, name, created_at FROM directories `

var (
	directoryByID = &engine.Statement{SQL: selectDirectory + `WHERE id = ?`}

	directoryByName = &engine.Statement{SQL: selectDirectory + `WHERE organization_id = ? AND name = ? ORDER BY created_at, id LIMIT 1`}

	putDirectory = &engine.Statement{SQL: `INSERT INTO directories (id, organization_id, name, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE directories.organization_id = excluded.organization_id`}
)

var directoryNoun = noun[mfa.Directory]{
	name: "directory",
	scan: func(row engine.Row, d *mfa.Directory) error {
		var created int64
		err := row.Scan((*string)(&d.ID), (*string)(&d.OrganizationID), &d.Name, &created)
		d.CreatedAt = moment(created)
		return err
	},
}

func (r *records) Directory(id mfa.DirectoryID) (mfa.Directory, error) {
	return one(r, directoryNoun, directoryByID, string(id))
}

// DirectoryByName, in a Write, keeps others that look for names waiting.
func (r *records) DirectoryByName(organization mfa.OrganizationID, name string) (mfa.Directory, error) {
	if err := r.lockNames(); err != nil {
		return mfa.Directory{}, err
	}
	return one(r, directoryNoun, directoryByName, string(organization), name)
}

func (w *writeRecords) PutDirectory(d mfa.Directory) error {
	return w.insert("id", putDirectory, string(d.ID), string(d.OrganizationID), d.Name, micros(d.CreatedAt))
}

// userNumbers names the counter of a directory's user numbers.
func userNumbers(d mfa.DirectoryID) string { return "user:" + string(d) }

func (w *writeRecords) NextUserNumber(d mfa.DirectoryID) (int64, error) {
	n, err := w.next(userNumbers(d))
	if err == nil && n > mfa.MaxUserNumber {
		return 0, &mfa.Error{Code: mfa.Conflict, Field: "number", Message: "the directory has given out all its user numbers"}
	}
	return n, err
}

func (w *writeRecords) ReserveUserNumber(d mfa.DirectoryID, n int64) error {
	return w.reserve(userNumbers(d), n)
}
