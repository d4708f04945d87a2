package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectDirectory = `SELECT id, organization_id, name, disabled, dialects, sealed_private, created_at, branding FROM directories `

var (
	directoryByID = &engine.Statement{SQL: selectDirectory + `WHERE id = ?`}

	directoryByName = &engine.Statement{SQL: selectDirectory + `WHERE organization_id = ? AND name = ? ORDER BY created_at, id LIMIT 1`}

	directoriesOf = &engine.Statement{SQL: selectDirectory + `WHERE organization_id = ? ORDER BY created_at, id`}

	countDirectories = &engine.Statement{SQL: `SELECT count(*) FROM directories WHERE organization_id = ?`}

	putDirectory = &engine.Statement{SQL: `INSERT INTO directories (id, organization_id, name, disabled, dialects, sealed_private, created_at, branding)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, disabled = excluded.disabled, dialects = excluded.dialects,
		sealed_private = excluded.sealed_private, branding = excluded.branding WHERE directories.organization_id = excluded.organization_id`}

	directoryLogo = &engine.Statement{SQL: `SELECT directory_id, digest, png FROM directory_logos WHERE directory_id = ?`}

	putDirectoryLogo = &engine.Statement{SQL: `INSERT INTO directory_logos (directory_id, digest, png) VALUES (?, ?, ?)
		ON CONFLICT (directory_id) DO UPDATE SET digest = excluded.digest, png = excluded.png`}

	removeDirectoryLogo = &engine.Statement{SQL: `DELETE FROM directory_logos WHERE directory_id = ?`}
)

var logoNoun = noun[mfa.DirectoryLogo]{
	name: "logo",
	scan: func(row engine.Row, l *mfa.DirectoryLogo) error {
		return row.Scan((*string)(&l.DirectoryID), &l.Digest, &l.PNG)
	},
}

var directoryNoun = noun[mfa.Directory]{
	name: "directory",
	scan: func(row engine.Row, d *mfa.Directory) error {
		var created int64
		var dialects, branding string
		var sealed []byte
		err := row.Scan((*string)(&d.ID), (*string)(&d.OrganizationID), &d.Name, &d.Disabled, &dialects, &sealed, &created, &branding)
		if err != nil {
			return err
		}
		d.Private, d.CreatedAt = mfa.NewSecret(sealed), moment(created)
		if branding != "" {
			if err := decode("a directory's branding", branding, &d.Branding); err != nil {
				return err
			}
		}
		return decode("a directory's settings", dialects, &d.Dialects)
	},
	open: func(r *records, d *mfa.Directory) error {
		return r.unseal("directories", "sealed_private", string(d.ID), &d.Private)
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

func (r *records) DirectoriesOf(organization mfa.OrganizationID) ([]mfa.Directory, error) {
	return many(r, directoryNoun, directoriesOf, string(organization))
}

func (r *records) CountDirectories(organization mfa.OrganizationID) (int64, error) {
	n, _, err := r.number(countDirectories, string(organization))
	return n, err
}

func (w *writeRecords) PutDirectory(d mfa.Directory) error {
	dialects, branding := "", ""
	if d.Branding != (mfa.Branding{}) {
		var err error
		if branding, err = encode("a directory's branding", d.Branding); err != nil {
			return err
		}
	}
	if len(d.Dialects) > 0 {
		var err error
		if dialects, err = encode("a directory's settings", d.Dialects); err != nil {
			return err
		}
	}
	return w.insert("id", putDirectory, string(d.ID), string(d.OrganizationID), d.Name, d.Disabled, dialects,
		w.sealed("directories", "sealed_private", string(d.ID), d.Private), micros(d.CreatedAt), branding)
}

func (r *records) DirectoryLogo(id mfa.DirectoryID) (mfa.DirectoryLogo, error) {
	return one(r, logoNoun, directoryLogo, string(id))
}

func (w *writeRecords) PutDirectoryLogo(l mfa.DirectoryLogo) error {
	_, err := w.exec(putDirectoryLogo, string(l.DirectoryID), l.Digest, l.PNG)
	return err
}

func (w *writeRecords) RemoveDirectoryLogo(id mfa.DirectoryID) error {
	_, err := w.exec(removeDirectoryLogo, string(id))
	return err
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
