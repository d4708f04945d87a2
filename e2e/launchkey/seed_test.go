package launchkey

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store"
)

// seed gives an organization its keys, which no call of the protocol can.
func seed(t *testing.T, s *harness.Server, id launchkey.OrganizationID, held map[mfa.KeyPurpose]*privateKey) {
	t.Helper()
	source := seal.FileSource(filepath.Dir(s.DatabaseFile()))
	if at := slices.Index(s.Storage(), "--master-key"); at >= 0 {
		var err error
		if source, err = seal.ParseSource(s.Storage()[at+1]); err != nil {
			t.Fatal(err)
		}
	}
	master, err := source.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := store.Open(t.Context(), store.Options{SQLitePath: s.DatabaseFile(), PostgresURL: s.DatabaseURL(), Master: master})
	if err != nil {
		t.Fatal(err)
	}
	err = opened.Write(t.Context(), func(w mfa.WriteRecords) error {
		for purpose, key := range held {
			owner := mfa.OrganizationID(id).Owner()
			if err := w.AddPublicKey(mfa.PublicKey{ID: string(key.id), Owner: owner, Purpose: purpose, PEM: key.public, Active: true, CreatedAt: time.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if closed := opened.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
}
