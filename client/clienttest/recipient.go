package clienttest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"reflect"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/receipt"
)

// RecipientID is the name of the key of [Recipient].
const RecipientID = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"

// recipientKey takes long to make, so there is one for all tests.
var recipientKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	const bits = 2048 // the least that a recipient may have
	return rsa.GenerateKey(rand.Reader, bits)
})

// Recipient is an application that alone may read the particulars of answers. It
// is the same in all tests of a program.
func Recipient(t testing.TB) *receipt.Recipient {
	t.Helper()
	key, err := recipientKey()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := receipt.NewRSAJWK(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &receipt.Recipient{Format: receipt.FormatLaunchKey, KeyID: RecipientID, Key: jwk}
}

// Sealed makes a question's answer one for [Recipient], for [Server.Ask].
func Sealed(t testing.TB) func(*receipt.Question) {
	t.Helper()
	to := Recipient(t)
	return func(q *receipt.Question) { q.Recipient = to }
}

// Opened reads what an answer holds for [Recipient], as [Server.Packages] gives
// it. The test fails if the two packages disagree.
func Opened(t testing.TB, packages json.RawMessage) answerpackage.Package {
	t.Helper()
	key, err := recipientKey()
	if err != nil {
		t.Fatal(err)
	}
	var sent answerpackage.Packages
	if err := json.Unmarshal(packages, &sent); err != nil {
		t.Fatalf("%v in %s", err, packages)
	}
	full, err := answerpackage.Open(sent.AuthJWE, func(id string) *rsa.PrivateKey {
		if id == RecipientID {
			return key
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	old, err := answerpackage.OpenLegacy(sent.Auth, key)
	if err != nil || !reflect.DeepEqual(old, full.Legacy()) {
		t.Errorf("the older package says %+v, the newer %+v; %v", old, full, err)
	}
	return full
}
