package password

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/mfa"
)

const right = "correct horse"

// cheap is what the tests' hashes cost.
var cheap = cost{Memory: 64, Passes: 1, Threads: 1}

func enrol(t *testing.T, f *Factor, typed string) mfa.Credential {
	t.Helper()
	e, err := f.Enrol(mfa.EnrolOptions{Random: rand.Reader, Password: mfa.NewSecret([]byte(typed))})
	if err != nil {
		t.Fatal(err)
	}
	return e.Credential
}

func options(typed string) mfa.EnrolOptions {
	return mfa.EnrolOptions{Password: mfa.NewSecret([]byte(typed))}
}

func broken(secret string) mfa.Credential {
	return mfa.Credential{Secret: mfa.NewSecret([]byte(secret))}
}

func TestFactor(t *testing.T) {
	t.Parallel()
	salt, sum := strings.Repeat("A", 22), strings.Repeat("A", 43)
	// The suite wants a stranger's proof refused, so everybody has a password of their own: it is in the data.
	factortest.Run(t, factortest.Subject{
		Factor:  own{newFactor(cheap)},
		Options: options(right),
		Refused: map[string]mfa.EnrolOptions{
			"nothing":        {},
			"seven bytes":    options("1234567"),
			"129 bytes":      options(strings.Repeat("abcd", 32) + "e"),
			"one letter":     options(strings.Repeat("a", 20)),
			"three letters":  options(strings.Repeat("abc", 7)),
			"not characters": options("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"),
		},
		Right: func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Token: right + string(e.Data[1:])}
		},
		Wrong: func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Token: "wrong" + string(e.Data[1:])}
		},
		Broken: map[string]mfa.Credential{
			"empty":           {},
			"no hash":         broken("x"),
			"another kind":    broken("$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + sum),
			"another version": broken("$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + sum),
			"a short salt":    broken("$argon2id$v=19$m=64,t=1,p=1$AAAA$" + sum),
			"a short sum":     broken("$argon2id$v=19$m=64,t=1,p=1$" + salt + "$AAAA"),
			"no passes":       broken("$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + sum),
			"all the memory":  broken("$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + sum),
			"signs and zeros": broken("$argon2id$v=19$m=+064,t=1,p=1$" + salt + "$" + sum),
			"trailing text":   broken("$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + sum + "$"),
		},
		Draws: true,
	})
}

// own gives everybody who enrols with the same password a suffix of their own, and keeps it in the data.
type own struct{ *Factor }

func (f own) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	suffix := rand.Text()[:8]
	if o.Password.Empty() || string(o.Password.Reveal()) != right {
		return f.Factor.Enrol(o)
	}
	o.Password = mfa.NewSecret([]byte(right + suffix))
	e, err := f.Factor.Enrol(o)
	e.Data = []byte("{" + suffix)
	return e, err
}

func TestAPasswordIsHashedAnewWhenTheCostChanges(t *testing.T) {
	t.Parallel()
	before := enrol(t, newFactor(cheap), right)
	dearer := newFactor(cost{Memory: 128, Passes: 1, Threads: 1})
	finding, ok, err := dearer.Check(before, mfa.Proof{Token: right}, time.Time{})
	if err != nil || !ok || finding.Secret == nil {
		t.Fatalf("got %+v, %v, %v", finding, ok, err)
	}
	if !strings.HasPrefix(string(finding.Secret.Reveal()), "$argon2id$v=19$m=128,t=1,p=1$") {
		t.Error("the new hash has the old cost")
	}
	after := before
	after.Secret = *finding.Secret
	finding, ok, err = dearer.Check(after, mfa.Proof{Token: right}, time.Time{})
	if err != nil || !ok || finding.Secret != nil {
		t.Errorf("got %+v, %v, %v", finding, ok, err)
	}
	if finding, ok, _ := dearer.Check(before, mfa.Proof{Token: "wrong horse"}, time.Time{}); ok || finding.Secret != nil {
		t.Error("a wrong password gives a new hash")
	}
}

func TestAPasswordIsTheSameHoweverItsLettersAreComposed(t *testing.T) {
	t.Parallel()
	f := newFactor(cheap)
	kept := enrol(t, f, "Zürich-See 42")
	if _, ok, err := f.Check(kept, mfa.Proof{Token: "Zu\u0308rich-See 42"}, time.Time{}); err != nil || !ok {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestWhatIsKeptCostsWhatIsDeclared(t *testing.T) {
	t.Parallel()
	kept := enrol(t, New(), right)
	if text := string(kept.Secret.Reveal()); !strings.HasPrefix(text, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(text, right) {
		t.Error("the hash does not say what it costs")
	}
}

// FuzzParse: whatever is in the table, reading it neither fails loudly nor asks for more than the limit.
func FuzzParse(f *testing.F) {
	f.Add([]byte("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
	f.Add([]byte("$$$$$"))
	f.Fuzz(func(t *testing.T, secret []byte) {
		h, err := parse(secret)
		if err == nil && (!h.cost.sane() || string(h.secret().Reveal()) == "") {
			t.Errorf("read %+v", h.cost)
		}
	})
}
