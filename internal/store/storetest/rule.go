package storetest

import (
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var ruleScenes = []scene{
	{name: "comes back as it was added", play: func(w *world) {
		r := w.rule(nil)
		same(w, "rule", read(w, func(s mfa.Records) (mfa.Rule, error) { return s.Rule(r.ID) }), r)
		missing(w, func(s mfa.Records) (mfa.Rule, error) { return s.Rule("no-such") })
	}},
	{name: "an application's are listed by code and priority", play: func(w *world) {
		b2, a7, a1 := w.rule(place("b", 2)), w.rule(place("a", 7)), w.rule(place("a", 1))
		list := func(code string) []mfa.RuleID {
			return ids(read(w, func(s mfa.Records) ([]mfa.Rule, error) { return s.RulesOf(w.app.ID, code) }), func(r mfa.Rule) mfa.RuleID { return r.ID })
		}
		same(w, "all", list(""), []mfa.RuleID{a1.ID, a7.ID, b2.ID})
		same(w, "of one code", list("a"), []mfa.RuleID{a1.ID, a7.ID})
	}},
	{name: "a priority is one rule's among those of a code", play: func(w *world) {
		w.rule(place("a", 1))
		two := w.rule(place("a", 2))
		w.rule(place("b", 1))
		taken := two
		taken.ID, taken.Version = newID[mfa.RuleID](), 0
		w.refused(mfa.Conflict, "priority", func(s mfa.WriteRecords) error { return s.PutRule(taken) })
		two.Priority = 1
		w.refused(mfa.Conflict, "priority", func(s mfa.WriteRecords) error { return s.PutRule(two) })
	}},
	{name: "is replaced where nobody else has replaced it", play: func(w *world) {
		r := w.rule(nil)
		next := r
		next.Name, next.Active, next.Priority, next.Conditions, next.UpdatedAt = "Other", false, 9, nil, after(9)
		w.write(func(s mfa.WriteRecords) error { return s.PutRule(next) })
		w.refused(mfa.Conflict, "version", func(s mfa.WriteRecords) error { return s.PutRule(next) })
		next.Version++
		same(w, "replaced", read(w, func(s mfa.Records) (mfa.Rule, error) { return s.Rule(r.ID) }), next)
		w.write(func(s mfa.WriteRecords) error { return s.RemoveRule(r.ID) })
		w.refused(mfa.NotFound, "", func(s mfa.WriteRecords) error { return s.PutRule(next) })
		w.refused(mfa.NotFound, "", func(s mfa.WriteRecords) error { return s.RemoveRule(r.ID) })
	}},
	{name: "a configuration is replaced, but for when it was made and last used", play: func(w *world) {
		get := func(s mfa.Records) (mfa.ActionConfiguration, error) { return s.ActionConfiguration(w.app.ID, "pay") }
		missing(w, get)
		c := mfa.ActionConfiguration{
			ApplicationID: w.app.ID, Code: "pay", Default: mfa.OutcomeReview, Methods: []mfa.Method{mfa.MethodTOTP}, DefaultMethod: mfa.MethodTOTP,
			Uplift: []mfa.Method{mfa.MethodPasskey}, Templates: json.RawMessage(`{}`), HookURL: "https://hook.example", CreatedAt: start, UpdatedAt: start,
		}
		w.write(func(s mfa.WriteRecords) error { return s.PutActionConfiguration(c) })
		same(w, "added", read(w, get), c)
		w.write(func(s mfa.WriteRecords) error { return s.NoteAction(w.app.ID, "pay", after(3)) })
		next := mfa.ActionConfiguration{ApplicationID: w.app.ID, Code: "pay", CreatedAt: after(9), UpdatedAt: after(9)}
		w.write(func(s mfa.WriteRecords) error { return s.PutActionConfiguration(next) })
		next.CreatedAt, next.LastActionAt = start, after(3)
		same(w, "replaced", read(w, get), next)
	}},
	{name: "an action that nobody configured gets an empty configuration, and goes with its rules", play: func(w *world) {
		w.write(func(s mfa.WriteRecords) error { return s.NoteAction(w.app.ID, "new", start) })
		list := func(s mfa.Records) ([]mfa.ActionConfiguration, error) { return s.ActionConfigurations(w.app.ID) }
		same(w, "made", read(w, list), []mfa.ActionConfiguration{{
			ApplicationID: w.app.ID, Code: "new", CreatedAt: start, UpdatedAt: start, LastActionAt: start,
		}})
		r, other := w.rule(place("new", 1)), w.rule(place("other", 1))
		w.write(func(s mfa.WriteRecords) error { return s.RemoveActionConfiguration(w.app.ID, "new") })
		same(w, "gone", len(read(w, list)), 0)
		missing(w, func(s mfa.Records) (mfa.Rule, error) { return s.Rule(r.ID) })
		same(w, "others stay", read(w, func(s mfa.Records) (mfa.Rule, error) { return s.Rule(other.ID) }), other)
		w.refused(mfa.NotFound, "", func(s mfa.WriteRecords) error { return s.RemoveActionConfiguration(w.app.ID, "new") })
	}},
	{name: "a value list has one alias in its application", play: func(w *world) {
		l := mfa.ValueList{
			ApplicationID: w.app.ID, Alias: "bad-countries", Name: "Bad countries", ItemType: mfa.ItemString, Items: json.RawMessage(`["XX"]`),
			Active: true, CreatedAt: start, UpdatedAt: start,
		}
		get := func(s mfa.Records) (mfa.ValueList, error) { return s.ValueList(w.app.ID, l.Alias) }
		missing(w, get)
		w.refused(mfa.NotFound, "", func(s mfa.WriteRecords) error { return s.UpdateValueList(l) })
		w.write(func(s mfa.WriteRecords) error { return s.AddValueList(l) })
		w.refused(mfa.Conflict, "alias", func(s mfa.WriteRecords) error { return s.AddValueList(l) })
		same(w, "added", read(w, get), l)
		l.Name, l.Items, l.Active, l.UpdatedAt = "Worse", json.RawMessage(`[]`), false, after(1)
		w.write(func(s mfa.WriteRecords) error { return s.UpdateValueList(l) })
		same(w, "listed", read(w, func(s mfa.Records) ([]mfa.ValueList, error) { return s.ValueListsOf(w.app.ID) }), []mfa.ValueList{l})
		w.write(func(s mfa.WriteRecords) error { return s.RemoveValueList(w.app.ID, l.Alias) })
		missing(w, get)
	}},
	{name: "a data point has one name in its model", play: func(w *world) {
		p := mfa.DataPoint{
			ID: newID[mfa.DataPointID](), ApplicationID: w.app.ID, Name: "amount", Type: mfa.DataNumber, Model: mfa.DataOfAction,
			Description: "what is paid", Public: true, CreatedAt: start, UpdatedAt: start,
		}
		w.write(func(s mfa.WriteRecords) error { return s.AddDataPoint(p) })
		same(w, "added", read(w, func(s mfa.Records) (mfa.DataPoint, error) { return s.DataPoint(w.app.ID, p.ID) }), p)
		missing(w, func(s mfa.Records) (mfa.DataPoint, error) { return s.DataPoint("other", p.ID) })
		other := p
		other.ID, other.Model, other.CreatedAt = newID[mfa.DataPointID](), mfa.DataOfUser, after(1)
		w.write(func(s mfa.WriteRecords) error { return s.AddDataPoint(other) })
		other.Model = mfa.DataOfAction
		w.refused(mfa.Conflict, "name", func(s mfa.WriteRecords) error { return s.UpdateDataPoint(other) })
		other.Name, other.Public = "fee", false
		w.write(func(s mfa.WriteRecords) error { return s.UpdateDataPoint(other) })
		same(w, "listed", read(w, func(s mfa.Records) ([]mfa.DataPoint, error) { return s.DataPointsOf(w.app.ID) }), []mfa.DataPoint{p, other})
		w.write(func(s mfa.WriteRecords) error { return s.RemoveDataPoint(w.app.ID, p.ID) })
		w.refused(mfa.NotFound, "", func(s mfa.WriteRecords) error { return s.UpdateDataPoint(p) })
	}},
}

// place puts a rule somewhere in the order of a code's.
func place(code string, priority int) func(*mfa.Rule) {
	return func(r *mfa.Rule) { r.ActionCode, r.Priority = code, priority }
}

func (w *world) rule(edit func(*mfa.Rule)) mfa.Rule {
	w.Helper()
	r := mfa.Rule{
		ID: newID[mfa.RuleID](), ApplicationID: w.app.ID, ActionCode: "pay", Name: "Large", Description: "much money", Active: true, Priority: 3,
		Outcome: mfa.OutcomeBlock, Conditions: json.RawMessage(`{"and": [ {"==":[{"var":"ip.isAnonymous"},false]}]}`),
		Methods: []mfa.Method{mfa.MethodPasskey}, DefaultMethod: mfa.MethodPasskey, Uplift: []mfa.Method{mfa.MethodPasskey},
		Tests: json.RawMessage(`[]`), Metadata: json.RawMessage(`{"team":"risk"}`), CreatedAt: start, UpdatedAt: start.Add(time.Second),
	}
	if edit != nil {
		edit(&r)
	}
	w.write(func(s mfa.WriteRecords) error { return s.PutRule(r) })
	r.Version = 1
	return r
}
