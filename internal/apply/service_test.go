package apply_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/apply"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// apply makes a file true in a world.
func applied(w *mfatest.World, text string) (provision.Applied, error) {
	f, err := apply.Read("f.yaml", strings.NewReader(text))
	if err != nil {
		return provision.Applied{}, err
	}
	p, err := planOf(text)
	if err != nil {
		return provision.Applied{}, err
	}
	done, err := w.Provision.Apply(w.Context(), p)
	return done, f.Locate(err)
}

// code is what an app with the seed of the tests shows.
func code(t *testing.T, at time.Time) string {
	t.Helper()
	out, err := totp.Code(mfa.SecretText("Hello!\xde\xad\xbe\xef"), mfa.TOTPData{Algorithm: "SHA1", Digits: 6, Period: 30}, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// moved is a whole population as a team that moves brings it.
const moved = `organizations:
- id: 6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10
  name: Moved
  directories:
  - name: people
    applications:
    - name: Bank
      authy: {api_key: kept-key-0123456789, app_id: 46113, callback_url: "https://bank.example.com/cb"}
    users:
    - authy_id: 1337
      email: a@example.com
      phone: +14053425699
      totp: {secret: JBSW Y3DP EHPK 3PXP, check: %s}
    - authy_id: 1338
      alias: crm-7
      emails: [b@example.com, c@example.com]
      locale: pt-BR
`

func TestAFileMakesItTrueOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		text := fmt.Sprintf(moved, code(t, w.Clock.Now().Add(-4*time.Minute)))
		first, err := applied(w, text)
		if err != nil || first != (provision.Applied{Created: 5}) {
			t.Fatalf("first: %+v, %v", first, err)
		}
		c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789"))
		if err != nil || c.Application.Number != 46113 || c.Organization.ID != "6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10" {
			t.Fatalf("%+v, %v", c, err)
		}
		r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: mfa.UserRef{Number: 1337}, Token: code(t, w.Clock.Now()), Force: true})
		if err != nil || r.Outcome != mfa.TokenAccepted {
			t.Fatalf("the moved seed's code: %s, %v", r.Outcome, err)
		}
		before := len(events(t, w, c))
		again, err := applied(w, text)
		if err != nil || again != (provision.Applied{Unchanged: 5}) {
			t.Errorf("again: %+v, %v", again, err)
		}
		if after := len(events(t, w, c)); after != before {
			t.Errorf("applying again wrote %d events", after-before)
		}
		r, err = w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: mfa.UserRef{Number: 1337}, Token: code(t, w.Clock.Now()), Force: true})
		if err != nil || r.Outcome != mfa.TokenReplayed {
			t.Errorf("after applying again the used code is %s, %v: the seed must keep its counter", r.Outcome, err)
		}
		changed, err := applied(w, strings.NewReplacer("a@example.com", "new@example.com", "kept-key-0123456789", "other-key-0123456789").Replace(text))
		if err != nil || changed != (provision.Applied{Updated: 2, Unchanged: 3}) {
			t.Errorf("changed: %+v, %v", changed, err)
		}
		if _, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, mfa.SecretText("kept-key-0123456789")); err != nil {
			t.Errorf("a key that the file no longer has: %v, nothing is ever removed", err)
		}
	})
}

func events(t *testing.T, w *mfatest.World, c *mfa.Caller) []mfa.Event {
	t.Helper()
	list, err := w.Service.EventsOf(t.Context(), c, mfa.EventFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatOnlyTheDatabaseKnowsNamesItsLineToo(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := applied(w, fmt.Sprintf(moved, code(t, w.Clock.Now()))); err != nil {
			t.Fatal(err)
		}
		people := "organizations:\n- name: Moved\n  directories:\n  - name: people\n    users:\n    - authy_id: 9001\n"
		for _, c := range []struct{ what, text, want string }{
			{"a phone of somebody else", people + "    - authy_id: 9002\n      phone: +14053425699\n", "f.yaml:8: the phone is taken (organizations[0].directories[0].users[1].phone)"},
			{"an alias of somebody else", people + "    - authy_id: 9002\n      alias: crm-7\n", "f.yaml:8: the alias is taken (organizations[0].directories[0].users[1].alias)"},
			{"a wrong self-check", people + "      totp:\n        secret: JBSWY3DPEHPK3PXP\n        check: \"000000\"\n", "f.yaml:9: the seed does not give this code; compare it with what the authenticator app shows (organizations[0].directories[0].users[0].totp.check)"},
			{"a self-check of another time", people + "      totp: {secret: JBSWY3DPEHPK3PXP, check: " + code(t, w.Clock.Now()) + ", check_at: 2020-01-01T00:00:00Z}\n", "f.yaml:7: the seed does not give this code; compare it with what the authenticator app shows (organizations[0].directories[0].users[0].totp.check)"},
			{"another application's key", "organizations:\n- name: Thieves\n  directories:\n  - name: d\n    applications:\n    - name: x\n      authy: {api_key: kept-key-0123456789}\n", "f.yaml:6: a key of it opens another application (organizations[0].directories[0].applications[0].keys[0])"},
			{"a directory of another organization", "organizations:\n- name: Thieves\n  directories:\n  - name: d\n    id: " + string(w.Caller.Directory.ID) + "\n", "f.yaml:5: this directory belongs to another organization (organizations[0].directories[0].id)"},
			{"an application's number", "organizations:\n- name: Thieves\n  directories:\n  - name: d\n    applications:\n    - name: x\n      number: 46113\n", "f.yaml:7: the number is taken (organizations[0].directories[0].applications[0].number)"},
		} {
			_, err := applied(w, c.text)
			if err == nil || err.Error() != c.want {
				t.Errorf("%s:\n got %v\nwant %s", c.what, err, c.want)
			}
		}
		err := w.Store.Read(t.Context(), func(r mfa.Records) error {
			_, err := r.OrganizationByName("Thieves")
			if !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("a refused file left an organization behind: %v", err)
			}
			o, err := r.OrganizationByName("Moved")
			if err != nil {
				return err
			}
			d, err := r.DirectoryByName(o.ID, "people")
			if err != nil {
				return err
			}
			if _, err := r.User(d.ID, mfa.UserRef{Number: 9001}); !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("a refused file left a user behind: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// blocks are the fenced parts of the page in one language, with their lines.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/apply.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(page), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("the page has no %s", language)
	}
	return out
}

func TestTheExamplesOfThePageApply(t *testing.T) {
	t.Parallel()
	for i, text := range blocks(t, "yaml") {
		w := mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
		if _, err := applied(w, text); err != nil {
			t.Errorf("example %d: %v in\n%s", i+1, err, text)
		}
	}
}

func TestThePageNamesEveryMember(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/apply.md")
	if err != nil {
		t.Fatal(err)
	}
	var schema []byte
	for _, name := range []string{"schema.go", "authsignal_schema.go"} {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		schema = append(schema, part...)
	}
	for _, m := range regexp.MustCompile(`"([a-z_]+)": +[a-zA-Z]+\(`).FindAllStringSubmatch(string(schema), -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("the page does not name %s", m[1])
		}
	}
}

// The page turns a table of users into an apply file by one command.
func TestTheCommandOfThePageTurnsATableIntoAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(blocks(t, "csv")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", blocks(t, "sh")[0])
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	made, err := os.ReadFile(filepath.Join(dir, "users.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := planOf(string(made))
	if err != nil {
		t.Fatalf("%v in\n%s", err, made)
	}
	users := p.Organizations[0].Directories[0].Users
	if len(users) != 2 || users[0].Number != 1337 || users[0].Phone.E164() != "+14053425699" || users[0].TOTP == nil || users[1].TOTP != nil {
		t.Errorf("the users are %+v", users)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		moved, fromLaunchKey, fromLoginID, fromAuthsignal, headApps + "    - name: a\n", "organizations: [{name: A}]", "", "a: *b", "- - - x", "? x", "%YAML", "organizations: !!binary x",
		"organizations:\n- name: |\n  x\n", "\"\\ud800\"", "{", "a:\tb", "organizations: &a [*a]", "<<: {}", "organizations:\n- {name: 'it''s', id: \"\\x41\"}\n",
	} {
		f.Add(s)
	}
	place := regexp.MustCompile(`^f\.yaml(:\d+(:\d+)?:| is )`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := planOf(text); err != nil && !place.MatchString(err.Error()) {
			t.Fatalf("%q: %v names no place", text, err)
		}
	})
}

// BenchmarkUsers applies populations of a size that comes at a migration.
func BenchmarkUsers(b *testing.B) {
	const n = 20_000
	var text strings.Builder
	text.WriteString(headUsers)
	for i := range n {
		fmt.Fprintf(&text, "    - {authy_id: %d, email: u%d@example.com, phone: +1405%07d, totp: {secret: JBSWY3DPEHPK3PXP}}\n", i+1, i, i)
	}
	for b.Loop() {
		b.StopTimer()
		w := mfatest.New(b, store.Options{SQLitePath: filepath.Join(b.TempDir(), "test.db")})
		b.StartTimer()
		if done, err := applied(w, text.String()); err != nil || done.Created < n {
			b.Fatalf("%+v, %v", done, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "users/s")
}
