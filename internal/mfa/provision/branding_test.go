package provision_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

func TestALookComesChangesAndGoes(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		apply := func(b *provision.PlannedBranding) provision.Applied {
			t.Helper()
			done, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
				Name: "Acme", Directories: []provision.PlannedDirectory{{Name: "customers", Branding: b}},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		look := func() (mfa.Branding, string) {
			t.Helper()
			var d mfa.Directory
			var l mfa.DirectoryLogo
			err := w.Store.Read(t.Context(), func(r mfa.Records) (err error) {
				if d, err = r.Directory(w.Caller.Directory.ID); err != nil {
					return err
				}
				if l, err = r.DirectoryLogo(d.ID); mfa.IsCode(err, mfa.NotFound) {
					err = nil
				}
				return err
			})
			if err != nil || l.Digest != d.Branding.Logo {
				t.Errorf("%+v, %+v, %v", d.Branding, l, err)
			}
			return d.Branding, string(l.PNG)
		}
		full := &provision.PlannedBranding{Name: "Acme Bank", Color: "#0a3d62", Logo: []byte("picture")}
		for _, step := range []struct {
			what    string
			want    *provision.PlannedBranding
			updated int
			name    string
			png     string
		}{
			{"given", full, 1, "Acme Bank", "picture"},
			{"again", full, 0, "Acme Bank", "picture"},
			{"not named", nil, 0, "Acme Bank", "picture"},
			{"another picture", &provision.PlannedBranding{Name: "Acme Bank", Logo: []byte("other")}, 1, "Acme Bank", "other"},
			{"nothing of it", &provision.PlannedBranding{}, 1, "", ""},
		} {
			done := apply(step.want)
			if b, png := look(); done.Updated != step.updated || b.Name != step.name || png != step.png {
				t.Errorf("%s: %+v, %+v with %q", step.what, done, b, png)
			}
		}
	})
}
