package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const dataPointColumns = `id, application_id, name, type, model, description, public, created_at, updated_at`

var (
	dataPointByID = &engine.Statement{SQL: `SELECT ` + dataPointColumns + ` FROM data_points WHERE application_id = ? AND id = ?`}

	dataPointsOf = &engine.Statement{SQL: `SELECT ` + dataPointColumns + ` FROM data_points WHERE application_id = ? ORDER BY created_at, id`}

	addDataPoint = &engine.Statement{SQL: `INSERT INTO data_points (` + dataPointColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	updateDataPoint = &engine.Statement{SQL: `UPDATE data_points SET name = ?3, type = ?4, model = ?5, description = ?6, public = ?7, updated_at = ?8
		WHERE application_id = ?1 AND id = ?2
		AND NOT EXISTS (SELECT 1 FROM data_points o WHERE o.application_id = ?1 AND o.model = ?5 AND o.name = ?3 AND o.id <> ?2)`, Key: 2}

	removeDataPoint = &engine.Statement{SQL: `DELETE FROM data_points WHERE application_id = ? AND id = ?`}
)

var dataPointNoun = noun[mfa.DataPoint]{
	name: "data point",
	scan: func(row engine.Row, p *mfa.DataPoint) error {
		var times [2]int64
		err := row.Scan((*string)(&p.ID), (*string)(&p.ApplicationID), &p.Name, (*string)(&p.Type), (*string)(&p.Model), &p.Description,
			&p.Public, &times[0], &times[1])
		p.CreatedAt, p.UpdatedAt = moment(times[0]), moment(times[1])
		return err
	},
}

func (r *records) DataPoint(application mfa.ApplicationID, id mfa.DataPointID) (mfa.DataPoint, error) {
	return one(r, dataPointNoun, dataPointByID, string(application), string(id))
}

func (r *records) DataPointsOf(application mfa.ApplicationID) ([]mfa.DataPoint, error) {
	return many(r, dataPointNoun, dataPointsOf, string(application))
}

func (w *writeRecords) AddDataPoint(p mfa.DataPoint) error {
	return w.insert("name", addDataPoint, string(p.ID), string(p.ApplicationID), p.Name, string(p.Type), string(p.Model), p.Description, p.Public,
		micros(p.CreatedAt), micros(p.UpdatedAt))
}

func (w *writeRecords) UpdateDataPoint(p mfa.DataPoint) error {
	done, err := w.execOne(updateDataPoint, string(p.ApplicationID), string(p.ID), p.Name, string(p.Type), string(p.Model), p.Description,
		p.Public, micros(p.UpdatedAt))
	if err != nil || done {
		return err
	}
	if _, err := w.DataPoint(p.ApplicationID, p.ID); err != nil {
		return err
	}
	return taken("name")
}

func (w *writeRecords) RemoveDataPoint(application mfa.ApplicationID, id mfa.DataPointID) error {
	return w.change(dataPointNoun.name, removeDataPoint, string(application), string(id))
}
