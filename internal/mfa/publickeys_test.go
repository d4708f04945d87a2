package mfa_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func newPublicKey(o mfa.Owner, id string) mfa.PublicKey {
	return mfa.PublicKey{ID: id, Owner: o, Purpose: mfa.PurposeBoth, PEM: "\n key " + id + "\r\n", Active: true}
}

func TestPublicKeys(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"are kept to the byte, with the moment they came", func(t *testing.T, w *mfatest.World) {
			added, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(w.Caller.Organization.ID.Owner(), "a"))
			if err != nil {
				t.Fatal(err)
			}
			list, err := w.Service.PublicKeysOf(t.Context(), w.Caller.Organization.ID.Owner())
			if err != nil || len(list) != 1 || list[0] != added || !added.CreatedAt.Equal(w.Clock.Now()) || added.PEM != "\n key a\r\n" {
				t.Errorf("kept %+v, %v", list, err)
			}
		}},
		{"of one owner have different ids; different owners may have the same", func(t *testing.T, w *mfatest.World) {
			o, other := w.Caller.Directory.ID.Owner(), w.Caller.Application.ID.Owner()
			for _, k := range []mfa.PublicKey{newPublicKey(o, "same"), newPublicKey(other, "same")} {
				if _, err := w.Configuration.AddPublicKey(t.Context(), k); err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(o, "same"))
			if want(t, "again", err, mfa.Conflict, ""); err.(*mfa.Error).Field != "id" {
				t.Errorf("the refusal names %q", err.(*mfa.Error).Field)
			}
		}},
		{"without owner, id, text or purpose are refused", func(t *testing.T, w *mfatest.World) {
			for what, spoil := range map[string]func(*mfa.PublicKey){
				"no id":       func(k *mfa.PublicKey) { k.ID = "" },
				"a long id":   func(k *mfa.PublicKey) { k.ID = strings.Repeat("x", 300) },
				"no text":     func(k *mfa.PublicKey) { k.PEM = "" },
				"a long text": func(k *mfa.PublicKey) { k.PEM = strings.Repeat("x", 20_000) },
				"no purpose":  func(k *mfa.PublicKey) { k.Purpose = "" },
				"other uses":  func(k *mfa.PublicKey) { k.Purpose = "anything" },
			} {
				k := newPublicKey(w.Caller.Directory.ID.Owner(), "spoiled")
				spoil(&k)
				_, err := w.Configuration.AddPublicKey(t.Context(), k)
				want(t, what, err, mfa.Invalid, "")
			}
			_, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(mfa.DirectoryID("00000000-0000-4000-8000-000000000001").Owner(), "a"))
			want(t, "nobody's", err, mfa.NotFound, "")
		}},
		{"are switched and dated, one thing without the other", switchedAndDated},
		{"serve at once after they came, and no longer after they went", func(t *testing.T, w *mfatest.World) {
			o := mfa.Owner{Kind: mfa.OwnerApplication, ID: string(w.Caller.Application.ID)}
			beside := w.Beside(mfa.Options{})
			for _, id := range []string{"first", "second"} {
				if _, err := beside.PublicKeys(t.Context(), o); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(o, id)); err != nil {
					t.Fatal(err)
				}
				if k, err := beside.PublicKey(t.Context(), o, id); err != nil || k.ID != id {
					t.Errorf("a new key is %v in another process", err)
				}
			}
			if err := w.Configuration.RemovePublicKey(t.Context(), o, "second"); err != nil {
				t.Fatal(err)
			}
			_, err := w.Service.PublicKey(t.Context(), o, "second")
			want(t, "a removed key", err, mfa.NotFound, "")
			_, err = w.Service.PublicKey(t.Context(), mfa.OrganizationID("x").Owner(), "second")
			want(t, "nobody's key", err, mfa.NotFound, "")
		}},
		{"are no more than can be looked through", func(t *testing.T, w *mfatest.World) {
			a, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: w.Caller.Organization.ID, Name: "Many keys"})
			if err != nil {
				t.Fatal(err)
			}
			for i := range configuration.MaxPublicKeys {
				if _, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(a.ID.Owner(), fmt.Sprint(i))); err != nil {
					t.Fatal(err)
				}
			}
			_, err = w.Configuration.AddPublicKey(t.Context(), newPublicKey(a.ID.Owner(), "more"))
			want(t, "one more", err, mfa.Conflict, mfa.ReasonKeysFull)
		}},
		{"are never all removed, however many try at once", lastKeyStays},
	})
}

func switchedAndDated(t *testing.T, w *mfatest.World) {
	d, err := w.Configuration.CreateDirectory(t.Context(), mfa.Directory{OrganizationID: w.Caller.Organization.ID, Name: "dated"})
	if err != nil {
		t.Fatal(err)
	}
	o, now := d.ID.Owner(), w.Clock.Now()
	if _, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(o, "a")); err != nil {
		t.Fatal(err)
	}
	off, on, soon, never := false, true, now.Add(time.Minute), time.Time{}
	for _, step := range []struct {
		what   string
		change configuration.PublicKeyChange
		live   bool
	}{
		{"nothing", configuration.PublicKeyChange{}, true},
		{"off", configuration.PublicKeyChange{Active: &off}, false},
		{"dated while off", configuration.PublicKeyChange{ExpiresAt: &soon}, false},
		{"on", configuration.PublicKeyChange{Active: &on}, true},
		{"over", configuration.PublicKeyChange{ExpiresAt: &now}, false},
		{"never over", configuration.PublicKeyChange{ExpiresAt: &never}, true},
	} {
		if err := w.Configuration.UpdatePublicKey(t.Context(), o, "a", step.change); err != nil {
			t.Fatal(err)
		}
		if k, err := w.Service.PublicKey(t.Context(), o, "a"); err != nil || k.Live(now) != step.live {
			t.Errorf("%s: live %v, %v", step.what, k.Live(now), err)
		}
	}
	want(t, "another", w.Configuration.UpdatePublicKey(t.Context(), o, "b", configuration.PublicKeyChange{}), mfa.NotFound, "")
}

func lastKeyStays(t *testing.T, w *mfatest.World) {
	a, err := w.Configuration.CreateApplication(t.Context(), mfa.Application{OrganizationID: w.Caller.Organization.ID, Name: "Last key"})
	if err != nil {
		t.Fatal(err)
	}
	const keys = 5
	for i := range keys {
		if _, err := w.Configuration.AddPublicKey(t.Context(), newPublicKey(a.ID.Owner(), fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	var refused atomic.Int64
	for i := range keys {
		all.Go(func() {
			if err := w.Configuration.RemovePublicKey(t.Context(), a.ID.Owner(), fmt.Sprint(i)); err != nil {
				want(t, "the last", err, mfa.Conflict, mfa.ReasonLastKey)
				refused.Add(1)
			}
		})
	}
	all.Wait()
	left, err := w.Service.PublicKeysOf(t.Context(), a.ID.Owner())
	if err != nil || len(left) != 1 || refused.Load() != 1 {
		t.Errorf("%d are left, %d removals were refused, %v", len(left), refused.Load(), err)
	}
	want(t, "an absent one", w.Configuration.RemovePublicKey(t.Context(), a.ID.Owner(), "absent"), mfa.NotFound, "")
}

func TestAPurposeSaysWhatAKeyIsFor(t *testing.T) {
	t.Parallel()
	for purpose, can := range map[mfa.KeyPurpose][2]bool{
		mfa.PurposeBoth: {true, true}, mfa.PurposeSignature: {true, false}, mfa.PurposeEncryption: {false, true}, "": {},
	} {
		k := mfa.PublicKey{Purpose: purpose}
		if got := [2]bool{k.Signs(), k.Encrypts()}; got != can {
			t.Errorf("%q signs and encrypts: %v, want %v", purpose, got, can)
		}
	}
}
