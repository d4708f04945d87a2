package launchkey

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// operated runs a command of the operator and reads the JSON that it prints.
func (w *world) operated(t *testing.T, into any, args ...string) {
	t.Helper()
	out := w.Operate(t, append(append([]string{"keys"}, args...), "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("twinseal keys %v prints no JSON: %v\n%s", args, err, out)
	}
}

// named is what the commands print of what they made.
type named struct{ ID string }

// begun: an operator who has nothing begins with commands alone, while the server runs.
func (w *world) begun(t *testing.T) {
	for name, c := range w.sdks() {
		t.Run(name, func(t *testing.T) {
			var org, dir, svc named
			w.operated(t, &org, "organization", rand.Text())
			key := w.generated(t, "organization:"+org.ID)
			w.operated(t, &dir, "directory", "customers", "--organization", org.ID)
			w.operated(t, &svc, "service", "Login", "--directory", dir.ID)
			owner := c.as(t, anOrganization, org.ID, key)
			got := must(owner.organization(t).AllDirectories(t.Context()))(t)
			if len(got) != 1 || string(got[0].ID) != dir.ID || len(got[0].ServiceIDs) != 1 || string(got[0].ServiceIDs[0]) != svc.ID {
				t.Fatalf("the directories are %+v", got)
			}
			s := &scene{world: w, sdk: c, owner: owner, dir: owner.directory(t, got[0].ID), svc: owner.service(t, launchkey.ServiceID(svc.ID)), user: rand.Text()}
			device, _ := s.linked(t)
			id := s.ask(t, launchkey.NewAuthorization{})
			device.Approve("")
			if got := s.answer(t, id); !got.Authorized {
				t.Errorf("the answer is %+v", got)
			}
			w.replaced(t, owner, c, org.ID, key)
		})
	}
}

// generated has the operator make a key, whose private half stands in a file once.
func (w *world) generated(t *testing.T, owner string) *privateKey {
	t.Helper()
	file := filepath.Join(t.TempDir(), "private.pem")
	var made struct{ Key launchkey.KeyID }
	w.operated(t, &made, "generate", "--owner", owner, "--out", file)
	private, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w.Log.Secret(strings.Split(string(private), "\n")[1])
	return &privateKey{id: made.Key, private: string(private)}
}

// replaced: the organization gets another key, and the first one ends.
func (w *world) replaced(t *testing.T, owner issuer, c sdk, id string, old *privateKey) {
	t.Helper()
	next := c.as(t, anOrganization, id, w.generated(t, "organization:"+id)).organization(t)
	must(next.AllDirectories(t.Context()))(t)
	w.Operate(t, "keys", "expire", string(old.id), "--owner", "organization:"+id)
	err := harness.Until(t, "the first key to end", func() (error, bool) {
		_, err := owner.organization(t).AllDirectories(t.Context())
		return err, err != nil
	})
	refused(t, "a key that has expired signs", err, launchkey.ErrUnauthorized)
	must(next.AllDirectories(t.Context()))(t)
}

// rotated: the server's own key is replaced under clients that remember the old one.
func (w *world) rotated(t *testing.T) {
	held := map[string]organizationClient{}
	for name, c := range w.sdks() {
		held[name] = w.owner(t, c).organization(t)
		must(held[name].CreateDirectory(t.Context(), rand.Text()))(t)
	}
	before := w.Get(t, "/public/v3/public-key")
	w.Operate(t, "keys", "rotate-api")
	after := harness.Until(t, "the new key", func() (harness.Answer, bool) {
		got := w.Get(t, "/public/v3/public-key")
		return got, got.Header.Get("X-IOV-KEY-ID") != before.Header.Get("X-IOV-KEY-ID")
	})
	for name, c := range held {
		if _, err := c.CreateDirectory(t.Context(), rand.Text()); err != nil {
			t.Errorf("%s: sealed to the old key: %v", name, err)
		}
	}
	must(w.owner(t, goSDK{w.URL}).organization(t).CreateDirectory(t.Context(), rand.Text()))(t)
	for _, key := range []harness.Answer{before, after} {
		got := w.Get(t, "/public/v3/public-key/"+key.Header.Get("X-IOV-KEY-ID"))
		if got.Status != http.StatusOK || string(got.Body) != string(key.Body) {
			t.Errorf("the key %s is %d %s", key.Header.Get("X-IOV-KEY-ID"), got.Status, got.Body)
		}
	}
}
