package accounts_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/factor/password"
	"github.com/twinseal/twinseal/internal/factor/publickey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scene is a world with the accounts beside it.
type scene struct {
	*mfatest.World
	*testing.T
	accounts *accounts.Service
}

func (s *scene) Context() context.Context { return s.T.Context() }

func sceneIn(t *testing.T, w *mfatest.World) *scene {
	t.Helper()
	return &scene{w, t, accounts.New(accounts.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Password: password.New(), PublicKey: publickey.New(),
	})}
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return sceneIn(t, mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")}))
}

// onBoth plays on a fresh world of each engine.
func onBoth(t *testing.T, play func(s *scene)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) { play(sceneIn(t, w)) })
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// want complains about an error of another code or reason.
func (s *scene) want(what string, err error, code mfa.Code, reason mfa.Reason) {
	s.Helper()
	e, _ := err.(*mfa.Error) //nolint:errorlint // the services return their refusals bare
	if e == nil || e.Code != code || e.Reason != reason {
		s.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

func named(name string) mfa.UserRef { return mfa.UserRef{Alias: name} }

const good = "a good pass phrase"

// ann registers somebody with a password.
func (s *scene) ann(name string) accounts.SignedIn {
	s.Helper()
	in, err := s.accounts.RegisterPassword(s.Context(), accounts.RegisterPassword{Caller: s.Caller, Username: name, Password: mfa.SecretText(good), Source: "192.0.2.1"})
	s.must(err)
	return in
}

func (s *scene) check(name, password, source string) (accounts.SignedIn, error) {
	return s.accounts.CheckPassword(s.Context(), accounts.CheckPassword{
		Caller: s.Caller, User: named(name), Password: mfa.SecretText(password), Source: source,
	})
}

// key is the holder of a key that an application brought.
type key struct {
	private *ecdsa.PrivateKey
	pem     string
}

func (s *scene) key() key {
	s.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	s.must(err)
	return key{private, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}

// signs makes the token that the holder sends for a nonce.
func (s *scene) signs(k key, nonce string) string {
	s.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.private}, (&jose.SignerOptions{}).WithType("JWT"))
	s.must(err)
	claims, err := json.Marshal(map[string]string{"server_nonce": nonce})
	s.must(err)
	signed, err := signer.Sign(claims)
	s.must(err)
	token, err := signed.CompactSerialize()
	s.must(err)
	return token
}

// brought gives a user a key.
func (s *scene) brought(name string) (key, accounts.SignedIn) {
	s.Helper()
	k := s.key()
	in, err := s.accounts.AddPublicKey(s.Context(), accounts.AddPublicKey{Caller: s.Caller, User: named(name), PublicKey: k.pem})
	s.must(err)
	return k, in
}

func (s *scene) begin(name string, k key) accounts.KeyChallenge {
	s.Helper()
	c, err := s.accounts.BeginPublicKey(s.Context(), accounts.BeginPublicKey{Caller: s.Caller, User: named(name), PublicKey: k.pem, Source: "192.0.2.7"})
	s.must(err)
	return c
}

func (s *scene) finish(c accounts.KeyChallenge, token string) (accounts.SignedIn, error) {
	return s.accounts.FinishPublicKey(s.Context(), accounts.FinishPublicKey{Caller: s.Caller, ID: c.ID, Assertion: token})
}

// events lists the types of what happened to a user, but for its making.
func (s *scene) events(u mfa.User) []mfa.EventType {
	s.Helper()
	var out []mfa.EventType
	s.must(s.Store.Read(s.Context(), func(r mfa.Records) error {
		found, err := r.Events(mfa.EventFilter{UserID: u.ID, Limit: 1000})
		out = nil
		for _, e := range found {
			if e.Type != mfa.EventUserCreated {
				out = append(out, e.Type)
			}
		}
		return err
	}))
	return out
}

func (s *scene) happened(u mfa.User, want ...mfa.EventType) {
	s.Helper()
	if got := s.events(u); !slices.Equal(got, want) {
		s.Errorf("events %v, want %v", got, want)
	}
}

// crowd is how many try at the same time.
const crowd = 50

// winners counts for how many of a crowd something succeeds; losers are handed to lost.
func (s *scene) winners(try func() error, lost func(error)) int {
	s.Helper()
	failed := mfatest.Crowd(crowd, try)
	for _, err := range failed {
		lost(err)
	}
	return crowd - len(failed)
}
