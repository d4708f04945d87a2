package rulebook

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// applying makes one draft of another inside of a Write.
type applying struct {
	w   mfa.WriteRecords
	id  mfa.ApplicationID
	now time.Time
	did Applied
}

// sameJSON overlooks blanks between members, which files have for their readers.
func sameJSON(x, y json.RawMessage) bool {
	var a, b bytes.Buffer
	if json.Compact(&a, x) != nil || json.Compact(&b, y) != nil {
		return bytes.Equal(x, y) // one is nothing
	}
	return bytes.Equal(a.Bytes(), b.Bytes())
}

func (a *applying) all(have, want Draft) error {
	for i := range want.Lists {
		if err := a.list(have.Lists, want.Lists[i]); err != nil {
			return err
		}
	}
	for i := range want.Points {
		if err := a.point(have.Points, want.Points[i]); err != nil {
			return err
		}
	}
	for i := range want.Configurations {
		if err := a.configuration(have.Configurations, want.Configurations[i]); err != nil {
			return err
		}
	}
	return a.rules(have.Rules, want.Rules)
}

func (a *applying) list(all []mfa.ValueList, want mfa.ValueList) error {
	want.ApplicationID, want.UpdatedAt = a.id, a.now
	i := slices.IndexFunc(all, func(have mfa.ValueList) bool { return have.Alias == want.Alias })
	if i < 0 {
		a.did.Created++
		want.CreatedAt = a.now
		return a.w.AddValueList(want)
	}
	have := all[i]
	if have.Name == want.Name && have.ItemType == want.ItemType && have.Active == want.Active && sameJSON(have.Items, want.Items) {
		a.did.Unchanged++
		return nil
	}
	a.did.Updated++
	return a.w.UpdateValueList(want)
}

func (a *applying) point(all []mfa.DataPoint, want mfa.DataPoint) error {
	want.ApplicationID, want.UpdatedAt = a.id, a.now
	i := slices.IndexFunc(all, func(have mfa.DataPoint) bool { return have.Name == want.Name && have.Model == want.Model })
	if i < 0 {
		a.did.Created++
		want.ID, want.CreatedAt = mfa.NewID[mfa.DataPointID](), a.now
		return a.w.AddDataPoint(want)
	}
	have := all[i]
	if have.Type == want.Type && have.Description == want.Description && have.Public == want.Public {
		a.did.Unchanged++
		return nil
	}
	a.did.Updated++
	want.ID = have.ID
	return a.w.UpdateDataPoint(want)
}

func (a *applying) configuration(all []mfa.ActionConfiguration, want mfa.ActionConfiguration) error {
	want.ApplicationID, want.UpdatedAt = a.id, a.now
	i := slices.IndexFunc(all, func(have mfa.ActionConfiguration) bool { return have.Code == want.Code })
	switch {
	case i < 0:
		a.did.Created++
		want.CreatedAt = a.now
	case sameConfiguration(&all[i], &want):
		a.did.Unchanged++
		return nil
	default:
		a.did.Updated++
		want.CreatedAt = all[i].CreatedAt
	}
	return a.w.PutActionConfiguration(want)
}

func sameConfiguration(x, y *mfa.ActionConfiguration) bool {
	return x.Default == y.Default && slices.Equal(x.Methods, y.Methods) && x.DefaultMethod == y.DefaultMethod && slices.Equal(x.Uplift, y.Uplift) &&
		sameJSON(x.Templates, y.Templates) && x.HookURL == y.HookURL
}

// rules takes everything away that goes or changes before anything is put, so that rules may change places.
func (a *applying) rules(have, want []mfa.Rule) error {
	stays := map[mfa.RuleID]bool{}
	for i := range have {
		at := slices.IndexFunc(want, func(r mfa.Rule) bool { return r.ID == have[i].ID })
		if at >= 0 && sameRule(&have[i], &want[at]) {
			stays[have[i].ID] = true
			continue
		}
		if at < 0 {
			a.did.Removed++
		}
		if err := a.w.RemoveRule(have[i].ID); err != nil {
			return err
		}
	}
	for i := range want {
		if err := a.rule(want[i], stays[want[i].ID]); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) rule(want mfa.Rule, stays bool) error {
	switch {
	case stays:
		a.did.Unchanged++
		return nil
	case want.Version == 0:
		a.did.Created++
		want.CreatedAt = a.now
	default:
		a.did.Updated++
	}
	want.ApplicationID, want.UpdatedAt, want.Version = a.id, a.now, 0
	return a.w.PutRule(want)
}

func sameRule(x, y *mfa.Rule) bool {
	return x.Name == y.Name && x.Description == y.Description && x.Active == y.Active && x.Priority == y.Priority && x.Outcome == y.Outcome &&
		sameJSON(x.Conditions, y.Conditions) && slices.Equal(x.Methods, y.Methods) && x.DefaultMethod == y.DefaultMethod &&
		slices.Equal(x.Uplift, y.Uplift) && sameJSON(x.Tests, y.Tests) && sameJSON(x.Metadata, y.Metadata)
}
