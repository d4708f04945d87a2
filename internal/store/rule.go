package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	configurationColumns = `application_id, code, default_outcome, methods, default_method, uplift, templates, hook_url, created_at, updated_at,
		last_action_at`

	ruleColumns = `id, application_id, action_code, name, description, active, priority, outcome, conditions, methods, default_method, uplift,
		tests, metadata, version, created_at, updated_at`

	selectConfiguration = `SELECT ` + configurationColumns + ` FROM action_configurations `
	selectRule          = `SELECT ` + ruleColumns + ` FROM rules `
)

var (
	configurationByCode = &engine.Statement{SQL: selectConfiguration + `WHERE application_id = ? AND code = ?`}

	configurationsOf = &engine.Statement{SQL: selectConfiguration + `WHERE application_id = ? ORDER BY code`}

	putConfiguration = &engine.Statement{SQL: `INSERT INTO action_configurations (` + configurationColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (application_id, code) DO UPDATE SET default_outcome = excluded.default_outcome,
			methods = excluded.methods, default_method = excluded.default_method, uplift = excluded.uplift, templates = excluded.templates,
			hook_url = excluded.hook_url, updated_at = excluded.updated_at`}

	noteAction = &engine.Statement{SQL: `INSERT INTO action_configurations (` + configurationColumns + `)
		VALUES (?1, ?2, '', '', '', '', '', '', ?3, ?3, ?3) ON CONFLICT (application_id, code) DO UPDATE SET last_action_at = excluded.last_action_at`}

	removeConfiguration = &engine.Statement{SQL: `DELETE FROM action_configurations WHERE application_id = ? AND code = ?`}

	removeRulesOf = &engine.Statement{SQL: `DELETE FROM rules WHERE application_id = ? AND action_code = ?`}

	ruleByID = &engine.Statement{SQL: selectRule + `WHERE id = ?`}

	rulesOf = &engine.Statement{SQL: selectRule + `WHERE application_id = ?1 AND (?2 = '' OR action_code = ?2) ORDER BY action_code, priority`}

	addRule = &engine.Statement{SQL: `INSERT INTO rules (` + ruleColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	// A priority that another rule has leaves the row as it is, because a failed statement would cost the whole transaction.
	updateRule = &engine.Statement{SQL: `UPDATE rules SET name = ?3, description = ?4, active = ?5, priority = ?6, outcome = ?7, conditions = ?8,
		methods = ?9, default_method = ?10, uplift = ?11, tests = ?12, metadata = ?13, updated_at = ?14, version = version + 1
		WHERE id = ?1 AND version = ?2 AND NOT EXISTS (SELECT 1 FROM rules o WHERE o.application_id = rules.application_id
			AND o.action_code = rules.action_code AND o.priority = ?6 AND o.id <> ?1)`, Key: 1}

	removeRule = &engine.Statement{SQL: `DELETE FROM rules WHERE id = ?`}
)

var configurationNoun = noun[mfa.ActionConfiguration]{
	name: "action configuration",
	scan: func(row engine.Row, c *mfa.ActionConfiguration) error {
		var methods, uplift, templates string
		var times [3]int64
		err := row.Scan((*string)(&c.ApplicationID), &c.Code, (*string)(&c.Default), &methods, (*string)(&c.DefaultMethod), &uplift, &templates,
			&c.HookURL, &times[0], &times[1], &times[2])
		c.Templates, c.CreatedAt, c.UpdatedAt, c.LastActionAt = raw(templates), moment(times[0]), moment(times[1]), moment(times[2])
		return decodeMethods(err, methods, &c.Methods, uplift, &c.Uplift)
	},
}

func decodeMethods(err error, methods string, to *[]mfa.Method, uplift string, toUplift *[]mfa.Method) error {
	if err == nil {
		*to, err = decodeTexts[mfa.Method]("a list of methods", methods)
	}
	if err == nil {
		*toUplift, err = decodeTexts[mfa.Method]("a list of methods", uplift)
	}
	return err
}

func encodeMethods(methods, uplift []mfa.Method) (first, second string, err error) {
	if first, err = encodeList("a list of methods", methods); err == nil {
		second, err = encodeList("a list of methods", uplift)
	}
	return first, second, err
}

var ruleNoun = noun[mfa.Rule]{
	name: "rule",
	scan: func(row engine.Row, r *mfa.Rule) error {
		var conditions, methods, uplift, tests, metadata string
		var times [2]int64
		err := row.Scan((*string)(&r.ID), (*string)(&r.ApplicationID), &r.ActionCode, &r.Name, &r.Description, &r.Active, &r.Priority,
			(*string)(&r.Outcome), &conditions, &methods, (*string)(&r.DefaultMethod), &uplift, &tests, &metadata, &r.Version, &times[0], &times[1])
		r.Conditions, r.Tests, r.Metadata, r.CreatedAt, r.UpdatedAt = raw(conditions), raw(tests), raw(metadata), moment(times[0]), moment(times[1])
		return decodeMethods(err, methods, &r.Methods, uplift, &r.Uplift)
	},
}

func (r *records) ActionConfiguration(application mfa.ApplicationID, code string) (mfa.ActionConfiguration, error) {
	return one(r, configurationNoun, configurationByCode, string(application), code)
}

func (r *records) ActionConfigurations(application mfa.ApplicationID) ([]mfa.ActionConfiguration, error) {
	return many(r, configurationNoun, configurationsOf, string(application))
}

func (r *records) Rule(id mfa.RuleID) (mfa.Rule, error) {
	return one(r, ruleNoun, ruleByID, string(id))
}

func (r *records) RulesOf(application mfa.ApplicationID, code string) ([]mfa.Rule, error) {
	return many(r, ruleNoun, rulesOf, string(application), code)
}

func (w *writeRecords) PutActionConfiguration(c mfa.ActionConfiguration) error {
	methods, uplift, err := encodeMethods(c.Methods, c.Uplift)
	if err != nil {
		return err
	}
	_, err = w.exec(putConfiguration, string(c.ApplicationID), c.Code, string(c.Default), methods, string(c.DefaultMethod), uplift,
		string(c.Templates), c.HookURL, micros(c.CreatedAt), micros(c.UpdatedAt))
	return err
}

func (w *writeRecords) NoteAction(application mfa.ApplicationID, code string, at time.Time) error {
	_, err := w.exec(noteAction, string(application), code, micros(at))
	return err
}

func (w *writeRecords) RemoveActionConfiguration(application mfa.ApplicationID, code string) error {
	if _, err := w.exec(removeRulesOf, string(application), code); err != nil {
		return err
	}
	return w.change(configurationNoun.name, removeConfiguration, string(application), code)
}

func (w *writeRecords) PutRule(r mfa.Rule) error {
	methods, uplift, err := encodeMethods(r.Methods, r.Uplift)
	if err != nil {
		return err
	}
	if r.Version == 0 {
		return w.insert("priority", addRule, string(r.ID), string(r.ApplicationID), r.ActionCode, r.Name, r.Description, r.Active, r.Priority,
			string(r.Outcome), string(r.Conditions), methods, string(r.DefaultMethod), uplift, string(r.Tests), string(r.Metadata), 1,
			micros(r.CreatedAt), micros(r.UpdatedAt))
	}
	done, err := w.execOne(updateRule, string(r.ID), r.Version, r.Name, r.Description, r.Active, r.Priority, string(r.Outcome),
		string(r.Conditions), methods, string(r.DefaultMethod), uplift, string(r.Tests), string(r.Metadata), micros(r.UpdatedAt))
	if err != nil || done {
		return err
	}
	there, err := w.Rule(r.ID)
	switch {
	case err != nil:
		return err
	case there.Version != r.Version:
		return taken("version")
	}
	return taken("priority")
}

func (w *writeRecords) RemoveRule(id mfa.RuleID) error {
	return w.change(ruleNoun.name, removeRule, string(id))
}
