package rulebook

import (
	"context"
	"reflect"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// With gives the draft with changes on top: value lists and data points that the changes name are replaced or added, and
// of every action that they configure the configuration and all rules. The rest stays.
func (d Draft) With(changes Draft) Draft {
	out := d
	out.Lists = over(d.Lists, changes.Lists, func(l *mfa.ValueList) string { return l.Alias })
	out.Points = over(d.Points, changes.Points, func(p *mfa.DataPoint) string { return string(p.Model) + ":" + p.Name })
	out.Configurations = over(d.Configurations, changes.Configurations, func(a *mfa.ActionConfiguration) string { return a.Code })
	configured := func(r mfa.Rule) bool {
		return slices.ContainsFunc(changes.Configurations, func(a mfa.ActionConfiguration) bool { return a.Code == r.ActionCode })
	}
	out.Rules = append(slices.DeleteFunc(slices.Clone(d.Rules), configured), d.known(changes.Rules)...)
	slices.SortStableFunc(out.Rules, func(x, y mfa.Rule) int {
		if x.ActionCode != y.ActionCode {
			return compare(x.ActionCode, y.ActionCode)
		}
		return x.Priority - y.Priority
	})
	return out
}

func compare(x, y string) int {
	if x < y {
		return -1
	}
	return 1
}

// over replaces by key, in place, and appends what is new.
func over[T any](have, changes []T, key func(*T) string) []T {
	out := slices.Clone(have)
	for i := range changes {
		at := slices.IndexFunc(out, func(one T) bool { return key(&one) == key(&changes[i]) })
		if at >= 0 {
			out[at] = changes[i]
		} else {
			out = append(out, changes[i])
		}
	}
	return out
}

// known gives changed rules the ids of those that they replace: by id, else by name in the action.
func (d Draft) known(changed []mfa.Rule) []mfa.Rule {
	out := slices.Clone(changed)
	for i := range out {
		r := &out[i]
		at := slices.IndexFunc(d.Rules, func(have mfa.Rule) bool {
			return have.ActionCode == r.ActionCode && (r.ID != "" && have.ID == r.ID || r.ID == "" && have.Name == r.Name)
		})
		if at >= 0 {
			r.ID, r.Version, r.CreatedAt = d.Rules[at].ID, d.Rules[at].Version, d.Rules[at].CreatedAt
		} else {
			r.ID, r.Version = mfa.NewID[mfa.RuleID](), 0
		}
	}
	return out
}

// Check holds a whole draft to everything that its parts are held to when they are written one by one, and runs the
// tests that its rules carry.
func (s *Service) Check(c *mfa.Caller, d Draft) error {
	for i := range d.Lists {
		if err := s.checkList(&d.Lists[i]); err != nil {
			return err
		}
	}
	for i := range d.Points {
		if err := checkPointItself(&d.Points[i]); err != nil {
			return err
		}
	}
	for i := range d.Configurations {
		if err := CheckCode(d.Configurations[i].Code); err != nil {
			return err
		}
		if err := checkConfiguration(c, &d.Configurations[i]); err != nil {
			return err
		}
	}
	if err := checkPlaces(c, d.Rules); err != nil {
		return err
	}
	if err := s.roomFor(d); err != nil {
		return err
	}
	return s.prove(d)
}

func checkPlaces(c *mfa.Caller, rules []mfa.Rule) error {
	type place struct {
		code     string
		priority int
	}
	seen := map[place]string{}
	for i := range rules {
		r := &rules[i]
		if err := checkRule(c, r); err != nil {
			return named(r, err)
		}
		at := place{r.ActionCode, r.Priority}
		if other, twice := seen[at]; twice {
			return taken("priority", "the rules \""+other+"\" and \""+r.Name+"\" of one action have the same priority")
		}
		seen[at] = r.Name
	}
	return nil
}

// roomFor holds a draft to how much there may be.
func (s *Service) roomFor(d Draft) error {
	limits := s.domain.Limits()
	switch {
	case len(d.Lists) > limits.ValueLists:
		return full("these are more value lists than an application may have")
	case len(d.Points) > limits.DataPoints:
		return full("these are more data points than an application may have")
	case len(d.Configurations) > limits.ActionCodes:
		return full("these are more action configurations than an application may have")
	case len(d.Rules) > maxRules:
		return full("these are more rules than an application may have")
	}
	return nil
}

// Applied counts what a change made different.
type Applied struct{ Created, Updated, Removed, Unchanged int }

// Apply puts changes on top of what is in force, all or nothing; see [Draft.With]. The whole is checked before the writer
// is held, because making a thousand rules ready takes a while, and again only where somebody changed it meanwhile.
func (s *Service) Apply(ctx context.Context, c *mfa.Caller, changes Draft) (Applied, error) {
	var out Applied
	before, err := s.Draft(ctx, c)
	if err != nil {
		return out, err
	}
	checked := before.With(changes)
	if err := s.Check(c, checked); err != nil {
		return out, err
	}
	err = s.change(ctx, c, "rules", func(w mfa.WriteRecords) (string, string, error) {
		have := Draft{Default: c.Application.StepUpSettings().DefaultResult}
		if err := have.read(w, c.Application.ID); err != nil {
			return "", "", err
		}
		want := checked
		if !reflect.DeepEqual(have, before) {
			want = have.With(changes)
			if err := s.Check(c, want); err != nil {
				return "", "", err
			}
		}
		a := applying{w: w, id: c.Application.ID, now: s.domain.Now()}
		if err := a.all(have, want); err != nil {
			return "", "", err
		}
		out = a.did
		return "", updated, nil
	})
	return out, err
}
