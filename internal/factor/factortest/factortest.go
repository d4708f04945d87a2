// Package factortest is the suite that every factor passes: what the service relies on, whatever the kind of
// proof. A factor's own tests add what its standard says.
package factortest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Subject is a factor with what it takes to use it.
type Subject struct {
	Factor mfa.Factor
	// Options enrol a credential; Random and Now are set by the suite.
	Options mfa.EnrolOptions
	// Refused are options that the factor must refuse as invalid, by why.
	Refused map[string]mfa.EnrolOptions
	// Right makes a right proof for a fresh credential.
	Right func(t *testing.T, e mfa.Enrolled, now time.Time) mfa.Proof
	// Wrong makes a well-formed proof that is not right.
	Wrong func(t *testing.T, e mfa.Enrolled, now time.Time) mfa.Proof
	// Broken are credentials that cannot be read, by why.
	Broken map[string]mfa.Credential
	// Burns says that the finding itself keeps a proof from counting twice. Where it does not, the service
	// burns what the proof answers.
	Burns bool
	// Draws says that enrolling uses randomness.
	Draws bool
}

// Now is the suite's present, in the middle of a thirty-second step.
var Now = time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC)

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Subject){
		"a right proof is accepted":                       right,
		"a wrong proof is an outcome, not an error":       wrong,
		"garbage is refused":                              garbage,
		"somebody else's proof is refused":                foreign,
		"a proof that was used is known":                  replay,
		"options outside of the standard are invalid":     refused,
		"a broken credential is an internal error":        broken,
		"a random source that fails is an internal error": dry,
		"nothing prints the secret":                       silent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func enrol(t *testing.T, s Subject) mfa.Enrolled {
	t.Helper()
	o := s.Options
	o.Random, o.Now = rand.Reader, Now
	e, err := s.Factor.Enrol(o)
	if err != nil {
		t.Fatalf("enrol: %v", err)
	}
	return e
}

func right(t *testing.T, s Subject) {
	e := enrol(t, s)
	finding, ok, err := s.Factor.Check(e.Credential, s.Right(t, e, Now), Now)
	if err != nil || !ok || finding.Replayed {
		t.Errorf("got %+v, %v, %v", finding, ok, err)
	}
}

func mustRefuse(t *testing.T, s Subject, c mfa.Credential, p mfa.Proof) {
	t.Helper()
	finding, ok, err := s.Factor.Check(c, p, Now)
	if ok || err != nil || finding != (mfa.Finding{}) {
		t.Errorf("proof of %d characters: got %+v, %v, %v", len(p.Token)+len(p.Statement), finding, ok, err)
	}
}

func wrong(t *testing.T, s Subject) {
	e := enrol(t, s)
	mustRefuse(t, s, e.Credential, s.Wrong(t, e, Now))
}

func garbage(t *testing.T, s Subject) {
	e := enrol(t, s)
	good := s.Right(t, e, Now)
	for _, text := range []string{
		"", " ", "0", "-1", "000000\x00", strings.Repeat("9", 10_000), "١٢٣٤٥٦", "\xff\xfe\xfd\xfc\xfb\xfa", "a.b.c", "....", "{}",
		good.Token + "0", good.Statement + ".", "0" + good.Token,
	} {
		mustRefuse(t, s, e.Credential, mfa.Proof{Token: text, Statement: text, Expect: good.Expect})
	}
}

func foreign(t *testing.T, s Subject) {
	if !s.Draws {
		t.Log("enrolling draws nothing: two credentials of the same options are equal")
		return
	}
	mine, theirs := enrol(t, s), enrol(t, s)
	if bytes.Equal(mine.Secret.Reveal(), theirs.Secret.Reveal()) {
		t.Fatal("two credentials have the same secret")
	}
	mustRefuse(t, s, mine.Credential, s.Right(t, theirs, Now))
}

func replay(t *testing.T, s Subject) {
	e := enrol(t, s)
	proof := s.Right(t, e, Now)
	first, ok, err := s.Factor.Check(e.Credential, proof, Now)
	if err != nil || !ok {
		t.Fatalf("first use: %v, %v", ok, err)
	}
	after := e.Credential
	after.Counter = max(after.Counter, first.Step)
	if first.Secret != nil {
		after.Secret = *first.Secret
	}
	second, ok, err := s.Factor.Check(after, proof, Now)
	if err != nil {
		t.Fatalf("second use: %v", err)
	}
	if counts := ok && !second.Replayed; counts == s.Burns {
		t.Errorf("second use counts: %v", counts)
	}
}

func refused(t *testing.T, s Subject) {
	for why, o := range s.Refused {
		o.Random, o.Now = rand.Reader, Now
		if e, err := s.Factor.Enrol(o); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%s: got %v, %v", why, e, err)
		}
	}
}

func broken(t *testing.T, s Subject) {
	proof := s.Right(t, enrol(t, s), Now)
	for why, c := range s.Broken {
		if _, ok, err := s.Factor.Check(c, proof, Now); ok || !mfa.IsCode(err, mfa.Internal) {
			t.Errorf("%s: got %v, %v", why, ok, err)
		}
	}
}

func dry(t *testing.T, s Subject) {
	o := s.Options
	o.Random, o.Now = failing{}, Now
	if _, err := s.Factor.Enrol(o); s.Draws != mfa.IsCode(err, mfa.Internal) {
		t.Errorf("got %v", err)
	}
}

// failing is a random source that has run out.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.Join(io.ErrUnexpectedEOF) }

func silent(t *testing.T, s Subject) {
	e := enrol(t, s)
	secret := string(e.Secret.Reveal())
	if secret == "" {
		t.Log("there is no secret")
		return
	}
	if strings.Contains(string(e.Data), secret) {
		t.Error("the public part holds the secret")
	}
	_, _, err := s.Factor.Check(mfa.Credential{Data: []byte("{"), Secret: e.Secret}, s.Right(t, e, Now), Now)
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error holds the secret: %v", err)
	}
}
