package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	organizationByID = &engine.Statement{SQL: `SELECT id, name, created_at FROM organizations WHERE id = ?`}

	// Names need not be unique, since an apply file may choose the ids. The oldest counts.
	organizationByName = &engine.Statement{SQL: `SELECT id, name, created_at FROM organizations WHERE name = ? ORDER BY created_at, id LIMIT 1`}

	organizationsList = &engine.Statement{SQL: `SELECT id, name, created_at FROM organizations ORDER BY created_at, id LIMIT ?`}

	putOrganization = &engine.Statement{SQL: `INSERT INTO organizations (id, name, created_at) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name`}
)

var organizationNoun = noun[mfa.Organization]{
	name: "organization",
	scan: func(row engine.Row, o *mfa.Organization) error {
		var created int64
		err := row.Scan((*string)(&o.ID), &o.Name, &created)
		o.CreatedAt = moment(created)
		return err
	},
}

func (r *records) Organization(id mfa.OrganizationID) (mfa.Organization, error) {
	return one(r, organizationNoun, organizationByID, string(id))
}

// OrganizationByName, in a Write, keeps others that look for names waiting, so
// that "find it or make it" makes one.
func (r *records) OrganizationByName(name string) (mfa.Organization, error) {
	if err := r.lockNames(); err != nil {
		return mfa.Organization{}, err
	}
	return one(r, organizationNoun, organizationByName, name)
}

func (r *records) Organizations(limit int) ([]mfa.Organization, error) {
	return many(r, organizationNoun, organizationsList, limit)
}

func (w *writeRecords) PutOrganization(o mfa.Organization) error {
	_, err := w.exec(putOrganization, string(o.ID), o.Name, micros(o.CreatedAt))
	return err
}
