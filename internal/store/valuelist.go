package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const valueListColumns = `application_id, alias, name, item_type, items, active, created_at, updated_at`

var (
	valueListByAlias = &engine.Statement{SQL: `SELECT ` + valueListColumns + ` FROM value_lists WHERE application_id = ? AND alias = ?`}

	valueListsOf = &engine.Statement{SQL: `SELECT ` + valueListColumns + ` FROM value_lists WHERE application_id = ? ORDER BY alias`}

	addValueList = &engine.Statement{SQL: `INSERT INTO value_lists (` + valueListColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	updateValueList = &engine.Statement{SQL: `UPDATE value_lists SET name = ?3, item_type = ?4, items = ?5, active = ?6, updated_at = ?7
		WHERE application_id = ?1 AND alias = ?2`, Key: 2}

	removeValueList = &engine.Statement{SQL: `DELETE FROM value_lists WHERE application_id = ? AND alias = ?`}
)

var valueListNoun = noun[mfa.ValueList]{
	name: "value list",
	scan: func(row engine.Row, l *mfa.ValueList) error {
		var items string
		var times [2]int64
		err := row.Scan((*string)(&l.ApplicationID), &l.Alias, &l.Name, (*string)(&l.ItemType), &items, &l.Active, &times[0], &times[1])
		l.Items, l.CreatedAt, l.UpdatedAt = raw(items), moment(times[0]), moment(times[1])
		return err
	},
}

func (r *records) ValueList(application mfa.ApplicationID, alias string) (mfa.ValueList, error) {
	return one(r, valueListNoun, valueListByAlias, string(application), alias)
}

func (r *records) ValueListsOf(application mfa.ApplicationID) ([]mfa.ValueList, error) {
	return many(r, valueListNoun, valueListsOf, string(application))
}

func (w *writeRecords) AddValueList(l mfa.ValueList) error {
	return w.insert("alias", addValueList, string(l.ApplicationID), l.Alias, l.Name, string(l.ItemType), string(l.Items), l.Active,
		micros(l.CreatedAt), micros(l.UpdatedAt))
}

func (w *writeRecords) UpdateValueList(l mfa.ValueList) error {
	return w.change(valueListNoun.name, updateValueList, string(l.ApplicationID), l.Alias, l.Name, string(l.ItemType), string(l.Items), l.Active,
		micros(l.UpdatedAt))
}

func (w *writeRecords) RemoveValueList(application mfa.ApplicationID, alias string) error {
	return w.change(valueListNoun.name, removeValueList, string(application), alias)
}
