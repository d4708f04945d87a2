package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectApplication = `SELECT id, organization_id, directory_id, number, name, settings, created_at, updated_at FROM applications `

var (
	applicationByID = &engine.Statement{SQL: selectApplication + `WHERE id = ?`}

	applicationByNumber = &engine.Statement{SQL: selectApplication + `WHERE number = ?`}

	applicationByName = &engine.Statement{SQL: selectApplication + `WHERE directory_id = ? AND name = ? ORDER BY created_at, id LIMIT 1`}

	applicationsOf = &engine.Statement{SQL: selectApplication + `WHERE directory_id = ? ORDER BY created_at, id`}

	applicationsList = &engine.Statement{SQL: selectApplication + `ORDER BY number LIMIT ?`}

	organizationApplications = &engine.Statement{SQL: selectApplication + `WHERE organization_id = ? AND directory_id = '' ORDER BY created_at, id`}

	applicationNamed = &engine.Statement{SQL: selectApplication + `WHERE organization_id = ? AND name = ? ORDER BY created_at, id LIMIT 1`}

	countApplications = &engine.Statement{SQL: `SELECT count(*) FROM applications WHERE organization_id = ?`}

	applicationsByRP = &engine.Statement{SQL: selectApplication + `WHERE id IN (SELECT application_id FROM origins WHERE rp_id = ?) ORDER BY number`}

	applicationsByOrigin = &engine.Statement{SQL: selectApplication + `WHERE id IN (SELECT application_id FROM origins WHERE origin = ?) ORDER BY number`}

	addOrigin = &engine.Statement{SQL: `INSERT INTO origins (application_id, origin, rp_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`}

	removeOrigins = &engine.Statement{SQL: `DELETE FROM origins WHERE application_id = ?`}

	addApplication = &engine.Statement{SQL: `INSERT INTO applications
		(id, organization_id, directory_id, number, name, settings, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	updateApplication = &engine.Statement{SQL: `UPDATE applications SET name = ?, settings = ?, updated_at = ?
		WHERE id = ? AND directory_id = ?`}
)

var applicationNoun = noun[mfa.Application]{
	name: "application",
	scan: func(row engine.Row, a *mfa.Application) error {
		var settings string
		var times [2]int64
		err := row.Scan((*string)(&a.ID), (*string)(&a.OrganizationID), (*string)(&a.DirectoryID), &a.Number, &a.Name, &settings,
			&times[0], &times[1])
		if err != nil {
			return err
		}
		a.CreatedAt, a.UpdatedAt = moment(times[0]), moment(times[1])
		return decode("an application's settings", settings, &a.Settings)
	},
}

func (r *records) Application(id mfa.ApplicationID) (mfa.Application, error) {
	return one(r, applicationNoun, applicationByID, string(id))
}

func (r *records) ApplicationByNumber(number int64) (mfa.Application, error) {
	return one(r, applicationNoun, applicationByNumber, number)
}

// ApplicationByName, in a Write, keeps others that look for names waiting.
func (r *records) ApplicationByName(directory mfa.DirectoryID, name string) (mfa.Application, error) {
	if err := r.lockNames(); err != nil {
		return mfa.Application{}, err
	}
	return one(r, applicationNoun, applicationByName, string(directory), name)
}

func (r *records) Applications(limit int) ([]mfa.Application, error) {
	return many(r, applicationNoun, applicationsList, limit)
}

func (r *records) ApplicationsOf(directory mfa.DirectoryID) ([]mfa.Application, error) {
	return many(r, applicationNoun, applicationsOf, string(directory))
}

func (r *records) OrganizationApplications(organization mfa.OrganizationID) ([]mfa.Application, error) {
	return many(r, applicationNoun, organizationApplications, string(organization))
}

func (r *records) ApplicationNamed(organization mfa.OrganizationID, name string) (mfa.Application, error) {
	if err := r.lockNames(); err != nil {
		return mfa.Application{}, err
	}
	return one(r, applicationNoun, applicationNamed, string(organization), name)
}

func (r *records) CountApplications(organization mfa.OrganizationID) (int64, error) {
	n, _, err := r.number(countApplications, string(organization))
	return n, err
}

func (r *records) ApplicationsAt(origin string) ([]mfa.Application, error) {
	return many(r, applicationNoun, applicationsByOrigin, origin)
}

func (r *records) RelyingPartiesOf(rpID string) ([]mfa.Application, error) {
	return many(r, applicationNoun, applicationsByRP, rpID)
}

// putOrigins keeps the table of origins what the settings say.
func (w *writeRecords) putOrigins(a mfa.Application) error {
	if _, err := w.exec(removeOrigins, string(a.ID)); err != nil {
		return err
	}
	for _, origin := range a.Settings.RelyingParty.AllOrigins() {
		if _, err := w.exec(addOrigin, string(a.ID), origin, a.Settings.RelyingParty.ID); err != nil {
			return err
		}
	}
	return nil
}

// PutApplication keeps the number of an application that exists.
func (w *writeRecords) PutApplication(a mfa.Application) (mfa.Application, error) {
	settings, err := encode("an application's settings", a.Settings)
	if err != nil {
		return mfa.Application{}, err
	}
	updated, err := w.execOne(updateApplication, a.Name, settings, micros(a.UpdatedAt), string(a.ID), string(a.DirectoryID))
	if err != nil {
		return mfa.Application{}, err
	}
	if !updated {
		if err := w.addApplication(&a, settings); err != nil {
			return mfa.Application{}, err
		}
	}
	if err := w.putOrigins(a); err != nil {
		return mfa.Application{}, err
	}
	return w.Application(a.ID)
}

func (w *writeRecords) addApplication(a *mfa.Application, settings string) (err error) {
	if a.Number == 0 {
		a.Number, err = w.next(applicationNumbers)
	} else {
		err = w.reserve(applicationNumbers, a.Number)
	}
	if err != nil {
		return err
	}
	err = w.insert("number", addApplication, string(a.ID), string(a.OrganizationID), string(a.DirectoryID), a.Number, a.Name, settings,
		micros(a.CreatedAt), micros(a.UpdatedAt))
	if !mfa.IsCode(err, mfa.Conflict) {
		return err
	}
	if _, lookup := w.Application(a.ID); lookup == nil {
		return taken("id")
	}
	return err
}
