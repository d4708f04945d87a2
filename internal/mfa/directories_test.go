package mfa_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
)

func TestDirectoriesOfAnOrganization(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"are created under a name of their own", func(t *testing.T, w *mfatest.World) {
			org := w.Caller.Organization.ID
			d, err := w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: org, Name: "staff"})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.Configuration.DirectoryIn(t.Context(), org, d.ID); err != nil || got.Name != "staff" || !got.CreatedAt.Equal(w.Clock.Now()) {
				t.Errorf("kept %+v, %v", got, err)
			}
			_, err = w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: org, Name: "staff"})
			nameTaken(t, err)
			list, err := w.Configuration.DirectoriesOf(t.Context(), org)
			if err != nil || len(list) != 2 || list[1].ID != d.ID {
				t.Errorf("listed %+v, %v", list, err)
			}
		}},
		{"have names that can be shown", func(t *testing.T, w *mfatest.World) {
			for _, name := range []string{"", "a\u202eb", "line\nbreak", strings.Repeat("x", mfa.MaxName+1)} {
				_, err := w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: w.Caller.Organization.ID, Name: name})
				want(t, name, err, mfa.Invalid, "")
			}
		}},
		{"are invisible to others", func(t *testing.T, w *mfatest.World) {
			foreign := mfa.OrganizationID("00000000-0000-4000-8000-000000000001")
			_, err := w.Configuration.DirectoryIn(t.Context(), foreign, w.Caller.Directory.ID)
			want(t, "looked at", err, mfa.NotFound, "")
			_, err = w.Configuration.UpdateDirectory(t.Context(), foreign, w.Caller.Directory.ID, func(*mfa.Directory) error { return nil })
			want(t, "changed", err, mfa.NotFound, "")
			_, err = w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: foreign, Name: "stray"})
			want(t, "created for nobody", err, mfa.NotFound, "")
		}},
		{"change as one, and keep what does not change", changedDirectory},
	})
}

func nameTaken(t *testing.T, err error) {
	t.Helper()
	want(t, "a taken name", err, mfa.Conflict, "")
	if e, ok := errors.AsType[*mfa.Error](err); !ok || e.Field != "name" {
		t.Errorf("the refusal does not name the name: %v", err)
	}
}

func changedDirectory(t *testing.T, w *mfatest.World) {
	org := w.Caller.Organization.ID
	d, err := w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: org, Name: "changing"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Configuration.UpdateDirectory(t.Context(), org, d.ID, func(d *mfa.Directory) error {
		d.ID, d.OrganizationID = "stolen", "stolen"
		d.Dialects = map[string]json.RawMessage{"x": json.RawMessage(`{"n":1}`)}
		d.Private = mfa.SecretText(`{"key":"hidden"}`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Configuration.DirectoryIn(t.Context(), org, d.ID)
	if err != nil || string(got.Dialects["x"]) != `{"n":1}` || !got.Private.Equal(mfa.SecretText(`{"key":"hidden"}`)) || got.Name != "changing" {
		t.Errorf("kept %+v, %v", got, err)
	}
	_, err = w.Configuration.UpdateDirectory(t.Context(), org, d.ID, func(d *mfa.Directory) error {
		d.Dialects["x"] = json.RawMessage(`2`)
		return mfa.Missing("key")
	})
	want(t, "a change that refuses", err, mfa.NotFound, "")
	if again, _ := w.Configuration.DirectoryIn(t.Context(), org, d.ID); string(again.Dialects["x"]) != `{"n":1}` {
		t.Errorf("a refused change left %s", again.Dialects["x"])
	}
	_, err = w.Configuration.UpdateDirectory(t.Context(), org, d.ID, func(d *mfa.Directory) error {
		d.Name = w.Caller.Directory.Name
		return nil
	})
	nameTaken(t, err)
	if _, err = w.Configuration.UpdateDirectory(t.Context(), org, d.ID, func(d *mfa.Directory) error { d.Name = "changing"; return nil }); err != nil {
		t.Errorf("its own name again: %v", err)
	}
}

func TestApplicationsThatAnAPIMakes(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"stand in a directory or under the organization itself", func(t *testing.T, w *mfatest.World) {
			org, dir := w.Caller.Organization.ID, w.Caller.Directory.ID
			inside, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: org, DirectoryID: dir, Name: "Inside"})
			if err != nil {
				t.Fatal(err)
			}
			own, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: org, Name: "Own"})
			if err != nil || own.Number <= inside.Number {
				t.Fatal(own.Number, err)
			}
			for _, at := range []struct {
				under mfa.Owner
				list  []mfa.ApplicationID
			}{{org.Owner(), []mfa.ApplicationID{own.ID}}, {dir.Owner(), []mfa.ApplicationID{w.Caller.Application.ID, inside.ID}}, {mfa.Owner{}, nil}} {
				list, err := w.Configuration.ApplicationsOf(t.Context(), at.under)
				if err != nil || len(list) != len(at.list) || len(list) > 0 && list[len(list)-1].ID != at.list[len(at.list)-1] {
					t.Errorf("under %v: %+v, %v", at.under, list, err)
				}
			}
			if _, err := w.Configuration.ApplicationIn(t.Context(), org.Owner(), own.ID); err != nil {
				t.Error(err)
			}
			_, err = w.Configuration.ApplicationIn(t.Context(), org.Owner(), inside.ID)
			want(t, "a directory's under the organization", err, mfa.NotFound, "")
			_, err = w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: org, DirectoryID: "other", Name: "Lost"})
			want(t, "in a foreign directory", err, mfa.NotFound, "")
		}},
		{"of the organization itself have no users", func(t *testing.T, w *mfatest.World) {
			own, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{
				OrganizationID: w.Caller.Organization.ID, Name: "Userless", Settings: mfa.DefaultSettings(),
			})
			if err != nil {
				t.Fatal(err)
			}
			c, err := w.Service.CallerFor(t.Context(), own.ID)
			if err != nil {
				t.Fatal(err)
			}
			ann := w.Register("4055551701")
			_, err = w.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: c, User: mfa.UserRef{Name: string(ann.User.ID)}, Message: "Log in?"})
			want(t, "asking", err, mfa.NotFound, "")
		}},
		{"have a name of their own in the organization", func(t *testing.T, w *mfatest.World) {
			org := w.Caller.Organization.ID
			_, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: org, Name: w.Caller.Application.Name})
			nameTaken(t, err)
			a, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: org, Name: "Renamed"})
			if err != nil {
				t.Fatal(err)
			}
			rename := func(name string) error {
				_, err := w.Configuration.UpdateApplication(t.Context(), org.Owner(), a.ID, func(a *mfa.Application) error { a.Name = name; return nil })
				return err
			}
			nameTaken(t, rename(w.Caller.Application.Name))
			want(t, "none", rename(""), mfa.Invalid, "")
			if err := errors.Join(rename("Renamed"), rename("Renamed again")); err != nil {
				t.Error(err)
			}
			want(t, "a foreign one", func() error {
				_, err := w.Configuration.UpdateApplication(t.Context(), w.Caller.Directory.ID.Owner(), a.ID, func(*mfa.Application) error { return nil })
				return err
			}(), mfa.NotFound, "")
		}},
		{"demand only policies that can be met by somebody", func(t *testing.T, w *mfatest.World) {
			_, err := w.Configuration.UpdateApplication(t.Context(), w.Caller.Directory.ID.Owner(), w.Caller.Application.ID, func(a *mfa.Application) error {
				a.Settings.Policy = &policy.Policy{Factors: []policy.Factor{"charm"}}
				return nil
			})
			want(t, "an unknown factor", err, mfa.Invalid, "")
		}},
	})
}
