package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// RuleBench is an application's rules on the bench: those in force, or what they would be with a file on top.
type RuleBench struct {
	rules    *rulebook.Service
	accounts *accounts.Service
	caller   *mfa.Caller
	draft    rulebook.Draft
	file     *rulebook.Draft // nil without one
	book     *rulebook.Book
}

// Bench puts the rules of an application on the bench, with a file on top unless that is nil. A file is held to
// everything but the tests of its rules, so that those can be looked at.
func (a *App) Bench(ctx context.Context, application Owner, file []byte) (*RuleBench, error) {
	c, err := a.Service.CallerForOwner(ctx, application.Owner)
	if err != nil {
		return nil, err
	}
	b := &RuleBench{rules: a.rulebook, accounts: a.accounts, caller: c}
	if b.draft, err = a.rulebook.Draft(ctx, c); err != nil {
		return nil, err
	}
	if file != nil {
		changes, err := authsignal.ReadRules(file)
		if err != nil {
			return nil, said(err)
		}
		b.draft, b.file = b.draft.With(changes), &changes
		if err := a.rulebook.Check(c, b.draft); err != nil && !failsTests(err) {
			return nil, said(err)
		}
	}
	b.book, err = a.rulebook.Compile(b.draft)
	return b, said(err)
}

// failsTests tells rules whose tests fail from those that are wrong in themselves.
func failsTests(err error) bool {
	refusal, ok := errors.AsType[*mfa.Error](err)
	return ok && refusal.Field == rulebook.FieldTests
}

// FindRuled finds the application whose rules are meant: by id, as an owner or by name, or without any of these the only
// one that has a tenant id.
func (a *App) FindRuled(ctx context.Context, text string) (Owner, error) {
	if strings.Contains(text, ":") {
		return a.FindOwner(ctx, text)
	}
	if _, err := mfa.ParseUUID("id", text); err == nil {
		return a.owner(ctx, mfa.OwnerApplication, text)
	}
	all, err := a.allTenants(ctx)
	if err != nil {
		return Owner{}, err
	}
	if text != "" {
		all = slices.DeleteFunc(all, func(t Tenant) bool { return t.Name != text })
	}
	switch {
	case len(all) == 1:
		return all[0].Owner, nil
	case len(all) == 0 && text != "":
		return Owner{}, fmt.Errorf("no application with a tenant id is called %q; \"twinseal keys authsignal\" lists those that there are", text)
	}
	return Owner{}, errors.New("say whose rules: --application NAME or UUID; \"twinseal keys authsignal\" lists the applications that have some")
}

// allTenants lists the tenants of all directories.
func (a *App) allTenants(ctx context.Context) ([]Tenant, error) {
	organizations, err := a.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	var out []Tenant
	for _, organization := range organizations {
		directories, err := a.Directories(ctx, organization)
		if err != nil {
			return nil, err
		}
		for _, directory := range directories {
			tenants, err := a.Tenants(ctx, directory)
			if err != nil {
				return nil, err
			}
			out = append(out, tenants...)
		}
	}
	return out, nil
}

// RuleLine is a rule as operators see it.
type RuleLine struct {
	ID         string `json:"id"`
	Action     string `json:"action"`
	Priority   int    `json:"priority"`
	Type       string `json:"type"`
	Active     bool   `json:"active"`
	Name       string `json:"name"`
	Conditions string `json:"conditions"` // in CEL
	Tests      int    `json:"tests"`
}

// Rules lists those of an action, or ("") of all.
func (b *RuleBench) Rules(action string) []RuleLine {
	out := []RuleLine{}
	for i := range b.draft.Rules {
		r := &b.draft.Rules[i]
		if action != "" && r.ActionCode != action {
			continue
		}
		tests, err := rulebook.ReadTests(r.Tests)
		if err != nil {
			tests = nil
		}
		out = append(out, RuleLine{
			ID: string(r.ID), Action: r.ActionCode, Priority: r.Priority, Type: authsignal.OutcomeWord(r.Outcome), Active: r.Active, Name: r.Name,
			Conditions: b.book.Source(i), Tests: len(tests),
		})
	}
	return out
}

// TestLine is a test of a rule, and what became of it.
type TestLine struct {
	Action    string `json:"action"`
	Rule      string `json:"rule"`
	Test      string `json:"test"`
	Passed    bool   `json:"passed"`
	Complaint string `json:"complaint,omitempty"`
}

// Test runs the tests that the rules carry.
func (b *RuleBench) Test(action string) ([]TestLine, error) {
	out := []TestLine{}
	for i := range b.draft.Rules {
		r := &b.draft.Rules[i]
		if action != "" && r.ActionCode != action {
			continue
		}
		results, err := b.book.Test(i)
		if err != nil {
			return nil, said(err)
		}
		for _, result := range results {
			line := TestLine{Action: r.ActionCode, Rule: r.Name, Test: result.Name, Passed: result.Passed()}
			if !line.Passed {
				line.Complaint = result.Complaint()
			}
			out = append(out, line)
		}
	}
	return out, nil
}

// Export writes the rules as a file to change.
func (b *RuleBench) Export() ([]byte, error) { return authsignal.WriteRules(b.draft) }

// Import puts the file in force, all of it or nothing.
func (b *RuleBench) Import(ctx context.Context) (Applied, error) {
	if b.file == nil {
		return Applied{}, errors.New("there is no file on the bench")
	}
	did, err := b.rules.Apply(ctx, b.caller, *b.file)
	return Applied{Created: did.Created, Updated: did.Updated + did.Removed, Unchanged: did.Unchanged}, said(err)
}

// ReplayOf says which decisions are made again.
type ReplayOf struct {
	Action   string // "": all
	From, To time.Time
	Progress func(done int, at time.Time)
}

// ReplayReport is what a replay found, in operators' words.
type ReplayReport struct {
	Replayed   int              `json:"replayed"`
	Same       int              `json:"same"`
	Different  int              `json:"different"`
	Refused    int              `json:"refused"`
	Unreadable int              `json:"unreadable"`
	Turns      []TurnLine       `json:"turns"`
	Rules      []DecidedLine    `json:"rules"`
	Missing    map[string]int   `json:"missing"`
	Examples   []DifferenceLine `json:"examples"`
}

// TurnLine counts what would have been treated differently in one way.
type TurnLine struct {
	Was   string `json:"was"`
	Now   string `json:"now"`
	Count int    `json:"count"`
}

// DecidedLine counts what a rule would have decided; the first is without a rule.
type DecidedLine struct {
	Action string `json:"action"`
	Rule   string `json:"rule"`
	Count  int    `json:"count"`
}

// DifferenceLine is an action that would have been treated differently.
type DifferenceLine struct {
	At     time.Time `json:"at"`
	User   string    `json:"user"`
	Action string    `json:"action"`
	ID     string    `json:"id"`
	Was    string    `json:"was"`
	Now    string    `json:"now"`
	By     string    `json:"by"`
}

// Replay makes recorded decisions again by what is on the bench. Nothing is changed.
func (b *RuleBench) Replay(ctx context.Context, of ReplayOf) (ReplayReport, error) {
	r, err := b.rules.Replay(ctx, b.caller, b.book, rulebook.Replay{Code: of.Action, From: of.From, To: of.To, Progress: of.Progress})
	if err != nil {
		return ReplayReport{}, err
	}
	out := ReplayReport{
		Replayed: r.Replayed, Same: r.Same, Different: r.Different(), Refused: r.Refused, Unreadable: r.Unreadable, Turns: []TurnLine{},
		Rules: b.decided(r), Missing: r.Missing, Examples: []DifferenceLine{},
	}
	for turn, n := range r.Turns {
		out.Turns = append(out.Turns, TurnLine{authsignal.OutcomeWord(turn.Was), authsignal.OutcomeWord(turn.Now), n})
	}
	slices.SortFunc(out.Turns, func(x, y TurnLine) int { return strings.Compare(x.Was+x.Now, y.Was+y.Now) })
	names, users := b.names(), make(map[mfa.UserID]string)
	for _, d := range r.Examples {
		if _, seen := users[d.UserID]; !seen {
			users[d.UserID] = b.user(ctx, d.UserID)
		}
		out.Examples = append(out.Examples, DifferenceLine{
			At: d.At, User: users[d.UserID], Action: d.Code, ID: string(d.ActionID), Was: authsignal.OutcomeWord(d.Was), Now: authsignal.OutcomeWord(d.Now),
			By: names[d.NowBy],
		})
	}
	return out, nil
}

// user is what the application calls somebody; our own id where it has no name, or where they are gone.
func (b *RuleBench) user(ctx context.Context, id mfa.UserID) string {
	if u, err := b.accounts.FindUser(ctx, b.caller, mfa.UserRef{ID: id}); err == nil && u.Alias != "" {
		return u.Alias
	}
	return string(id)
}

// byNoRule stands for the configuration of an action, or the application's default.
const byNoRule = "(no rule)"

func (b *RuleBench) names() map[mfa.RuleID]string {
	out := map[mfa.RuleID]string{"": byNoRule}
	for i := range b.draft.Rules {
		out[b.draft.Rules[i].ID] = b.draft.Rules[i].Name
	}
	return out
}

// decided lists all active rules, those included that would have decided nothing.
func (b *RuleBench) decided(r rulebook.Report) []DecidedLine {
	out := []DecidedLine{{Rule: byNoRule, Count: r.Decided[""]}}
	for i := range b.draft.Rules {
		if one := &b.draft.Rules[i]; one.Active {
			out = append(out, DecidedLine{one.ActionCode, one.Name, r.Decided[one.ID]})
		}
	}
	return out
}

// String is a difference on one line.
func (d DifferenceLine) String() string {
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", d.At.UTC().Format(time.RFC3339), d.User, d.Action, d.Was, d.Now, d.By)
}

// Store is where the records are. Benchmarks fill it without going through the doors.
func (a *App) Store() mfa.Store { return a.store }
