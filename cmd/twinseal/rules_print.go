package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// encodeJSON leaves the signs of conditions as they are.
func encodeJSON(c *cobra.Command, v any) error {
	e := json.NewEncoder(c.OutOrStdout())
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func printRules(c *cobra.Command, rules []app.RuleLine, asJSON bool) error {
	if asJSON {
		return encodeJSON(c, rules)
	}
	if len(rules) == 0 {
		_, err := fmt.Fprintln(c.ErrOrStderr(), "there is no rule: actions are decided by their configuration, or else by the application's default")
		return err
	}
	rows := make([]string, len(rules))
	for i, r := range rules {
		state := "on"
		if !r.Active {
			state = "off"
		}
		rows[i] = fmt.Sprintf("%s\t%d\t%s\t%s\t%d\t%s\t%s", r.Action, r.Priority, r.Type, state, r.Tests, r.Name, r.Conditions)
	}
	return table(c, "ACTION\tPRIORITY\tTYPE\tSTATE\tTESTS\tNAME\tCONDITIONS", rows)
}

func printTests(c *cobra.Command, tests []app.TestLine, asJSON bool) error {
	failed := 0
	rows := make([]string, len(tests))
	for i, t := range tests {
		verdict := "ok"
		if !t.Passed {
			failed++
			verdict = "FAILED: " + t.Complaint
		}
		rows[i] = fmt.Sprintf("%s\t%s\t%s\t%s", t.Action, t.Rule, visible(t.Test), visible(verdict))
	}
	var err error
	switch {
	case asJSON:
		err = encodeJSON(c, tests)
	case len(tests) == 0:
		_, err = fmt.Fprintln(c.ErrOrStderr(), "no rule carries a test")
	default:
		err = table(c, "ACTION\tRULE\tTEST\tRESULT", rows)
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d tests failed", failed, len(tests))
	}
	return err
}

func printImported(c *cobra.Command, did app.Applied, asJSON bool) error {
	if asJSON {
		return encodeJSON(c, map[string]int{"created": did.Created, "changed": did.Updated, "unchanged": did.Unchanged})
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%d created, %d changed or removed, %d as they were\n", did.Created, did.Updated, did.Unchanged)
	return err
}

// shownExamples is how many differences are printed for people; JSON has all that the bench keeps.
const shownExamples = 20

func printReplay(c *cobra.Command, r app.ReplayReport, asJSON bool) error {
	if asJSON {
		return encodeJSON(c, r)
	}
	out := c.OutOrStdout()
	if r.Replayed == 0 {
		_, err := fmt.Fprintln(c.ErrOrStderr(), "nothing was decided in that time")
		return err
	}
	err := []error{
		say(out, "%d decisions replayed: %d the same, %d different\n", r.Replayed, r.Same, r.Different),
	}
	if r.Refused > 0 {
		err = append(err, say(out, "%d would be refused, because they hold more data than a rule can go through\n", r.Refused))
	}
	if r.Unreadable > 0 {
		err = append(err, say(out, "%d could not be read\n", r.Unreadable))
	}
	if len(r.Turns) > 0 {
		err = append(err, say(out, "\n"), turnsTable(c, r))
	}
	err = append(err, say(out, "\n"), decidedTable(c, r))
	if len(r.Missing) > 0 {
		err = append(err, say(out, "\n"), missingTable(c, r))
	}
	if len(r.Examples) > 0 {
		err = append(err, say(out, "\n"), examplesTable(c, r))
	}
	return errors.Join(err...)
}

func turnsTable(c *cobra.Command, r app.ReplayReport) error {
	rows := make([]string, len(r.Turns))
	for i, t := range r.Turns {
		rows[i] = fmt.Sprintf("%s\t%s\t%d", t.Was, t.Now, t.Count)
	}
	return table(c, "WAS\tWOULD BE\tTIMES", rows)
}

func decidedTable(c *cobra.Command, r app.ReplayReport) error {
	rows := make([]string, len(r.Rules))
	for i, d := range r.Rules {
		action := d.Action
		if action == "" {
			action = "-"
		}
		rows[i] = fmt.Sprintf("%s\t%s\t%d", action, d.Rule, d.Count)
	}
	return table(c, "ACTION\tRULE\tWOULD DECIDE", rows)
}

func missingTable(c *cobra.Command, r app.ReplayReport) error {
	rows := make([]string, 0, len(r.Missing))
	for _, name := range slices.Sorted(maps.Keys(r.Missing)) {
		rows = append(rows, fmt.Sprintf("%s\t%d", visible(name), r.Missing[name]))
	}
	return table(c, "FACT\tNOT RECORDED", rows)
}

func examplesTable(c *cobra.Command, r app.ReplayReport) error {
	shown := r.Examples[:min(len(r.Examples), shownExamples)]
	rows := make([]string, len(shown))
	for i, d := range shown {
		d.User = visible(d.User)
		rows[i] = d.String()
	}
	if err := table(c, "TIME\tUSER\tACTION\tWAS\tWOULD BE\tBY", rows); err != nil || r.Different == len(shown) {
		return err
	}
	return say(c.ErrOrStderr(), "… and %d more; --json shows up to %d\n", r.Different-len(shown), len(r.Examples))
}
