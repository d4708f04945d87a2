package totp_test

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
)

func dataOf(t testing.TB, c mfa.Credential) mfa.TOTPData {
	t.Helper()
	var d mfa.TOTPData
	if err := json.Unmarshal(c.Data, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func codeAt(t testing.TB, c mfa.Credential, at time.Time) string {
	t.Helper()
	code, err := totp.Code(c.Secret, dataOf(t, c), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestFactor(t *testing.T) {
	t.Parallel()
	seed := mfa.SecretText("12345678901234567890")
	for name, data := range map[string]mfa.TOTPData{
		"by default":               {},
		"SHA-256, eight, a minute": {Algorithm: "sha-256", Digits: 8, Period: 60},
		"SHA-512, seven, a second": {Algorithm: "SHA512", Digits: 7, Period: 1, Issuer: "Acme", Label: "ann"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			factortest.Run(t, factortest.Subject{
				Factor:  totp.New(0),
				Options: mfa.EnrolOptions{TOTP: data},
				Refused: map[string]mfa.EnrolOptions{
					"algorithm":       {TOTP: mfa.TOTPData{Algorithm: "MD5"}},
					"few digits":      {TOTP: mfa.TOTPData{Digits: 5}},
					"many digits":     {TOTP: mfa.TOTPData{Digits: 9}},
					"negative":        {TOTP: mfa.TOTPData{Period: -1}},
					"period too long": {TOTP: mfa.TOTPData{Period: 3601}},
					"short seed":      {Seed: mfa.SecretText("123456789")},
					"long seed":       {Seed: mfa.SecretText(strings.Repeat("x", 129))},
				},
				Right: func(t *testing.T, e mfa.Enrolled, now time.Time) mfa.Proof {
					t.Helper()
					return mfa.Proof{Token: codeAt(t, e.Credential, now)}
				},
				Wrong: func(t *testing.T, e mfa.Enrolled, now time.Time) mfa.Proof {
					t.Helper()
					code := []byte(codeAt(t, e.Credential, now))
					code[0] = '0' + (code[0]-'0'+1)%10
					return mfa.Proof{Token: string(code)}
				},
				Broken: map[string]mfa.Credential{
					"no data":       {Secret: seed},
					"not JSON":      {Data: []byte("{"), Secret: seed},
					"no standard":   {Data: []byte(`{"algorithm":"MD5","digits":6,"period":30}`), Secret: seed},
					"a wrong digit": {Data: []byte(`{"algorithm":"SHA1","digits":99,"period":30}`), Secret: seed},
				},
				Burns: true,
				Draws: true,
			})
		})
	}
}

func TestRFC6238Vectors(t *testing.T) {
	t.Parallel()
	const tens = "1234567890"
	seeds := map[string]string{
		"SHA1": strings.Repeat(tens, 2), "SHA256": strings.Repeat(tens, 4)[:32], "SHA512": strings.Repeat(tens, 7)[:64],
	}
	for _, v := range []struct {
		at                   int64
		sha1, sha256, sha512 string
	}{
		{59, "94287082", "46119246", "90693936"},
		{1111111109, "07081804", "68084774", "25091201"},
		{1111111111, "14050471", "67062674", "99943326"},
		{1234567890, "89005924", "91819424", "93441116"},
		{2000000000, "69279037", "90698825", "38618901"},
		{20000000000, "65353130", "77737706", "47863826"},
	} {
		for algorithm, want := range map[string]string{"SHA1": v.sha1, "SHA256": v.sha256, "SHA512": v.sha512} {
			data := mfa.TOTPData{Algorithm: algorithm, Digits: 8, Period: 30}
			got, err := totp.Code(mfa.SecretText(seeds[algorithm]), data, time.Unix(v.at, 0))
			if err != nil || got != want {
				t.Errorf("%s at %d: got %s, %v; want %s", algorithm, v.at, got, err, want)
			}
		}
	}
}

func TestRFC4226Vectors(t *testing.T) {
	t.Parallel()
	seed := mfa.SecretText("12345678901234567890")
	for counter, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		got, err := totp.Code(seed, mfa.TOTPData{Period: 1}, time.Unix(int64(counter), 0))
		if err != nil || got != want {
			t.Errorf("counter %d: got %s, %v; want %s", counter, got, err, want)
		}
	}
}

func enrolled(t testing.TB, f *totp.Factor, o mfa.EnrolOptions) mfa.Credential {
	t.Helper()
	o.Random = rand.Reader
	e, err := f.Enrol(o)
	if err != nil {
		t.Fatal(err)
	}
	return e.Credential
}

func TestTheWindowIsAsWideAsAskedAndNoWider(t *testing.T) {
	t.Parallel()
	now := factortest.Now
	for _, window := range []int{-1, 0, 1, 3} {
		f := totp.New(window)
		c := enrolled(t, f, mfa.EnrolOptions{})
		for drift := -5; drift <= 5; drift++ {
			code := codeAt(t, c, now.Add(time.Duration(drift)*30*time.Second))
			_, ok, err := f.Check(c, mfa.Proof{Token: code}, now)
			if want := max(drift, -drift) <= max(window, 0); ok != want || err != nil {
				t.Errorf("window %d, drift %d: got %v, %v", window, drift, ok, err)
			}
		}
	}
}

func TestAStepCountsOnceAndNeverAnOlderOne(t *testing.T) {
	t.Parallel()
	f, now := totp.New(1), factortest.Now
	c := enrolled(t, f, mfa.EnrolOptions{})
	present := now.Unix() / 30
	c.Counter = present
	for drift, replayed := range map[int64]bool{-1: true, 0: true, 1: false} {
		code := codeAt(t, c, time.Unix((present+drift)*30, 0))
		finding, ok, err := f.Check(c, mfa.Proof{Token: code}, now)
		if !ok || err != nil || finding.Replayed != replayed || finding.Step != present+drift {
			t.Errorf("drift %d: got %+v, %v, %v", drift, finding, ok, err)
		}
	}
}

// Two steps of one window may have the same code. Whoever used it for the older one may use it once more.
func TestTheNewestOfEqualCodesCounts(t *testing.T) {
	t.Parallel()
	f := totp.New(totp.MaxWindow)
	c := enrolled(t, f, mfa.EnrolOptions{Seed: mfa.SecretText("12345678901234567890")})
	seen := map[string]int64{}
	for step := int64(0); ; step++ {
		code := codeAt(t, c, time.Unix(step*30, 0))
		older, twice := seen[code]
		seen[code] = step
		if !twice || step-older > totp.MaxWindow {
			continue
		}
		c.Counter = older
		finding, ok, err := f.Check(c, mfa.Proof{Token: code}, time.Unix(step*30, 0))
		if !ok || err != nil || finding.Replayed || finding.Step != step {
			t.Errorf("steps %d and %d: got %+v, %v, %v", older, step, finding, ok, err)
		}
		return
	}
}

func TestTimeBeforeTheEpochIsHarmless(t *testing.T) {
	t.Parallel()
	f := totp.New(1)
	c := enrolled(t, f, mfa.EnrolOptions{})
	if _, ok, err := f.Check(c, mfa.Proof{Token: "000000"}, time.Unix(-1e9, 0)); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestParametersAreReadInAnyOrderOfMembers(t *testing.T) {
	t.Parallel()
	f := totp.New(0)
	c := enrolled(t, f, mfa.EnrolOptions{TOTP: mfa.TOTPData{Digits: 8, Period: 60, Algorithm: "SHA256"}})
	token := codeAt(t, c, factortest.Now)
	for _, data := range []string{
		`{"digits": 8, "period": 60, "algorithm": "SHA256"}`,
		`{"algorithm":"SHA256","digits":8,"period":60,"label":"x"}`,
		`{"algorithm":"SHA256","digits":8,"period":60,"other":{}}`,
	} {
		c.Data = []byte(data)
		if _, ok, err := f.Check(c, mfa.Proof{Token: token}, factortest.Now); !ok || err != nil {
			t.Errorf("%s: got %v, %v", data, ok, err)
		}
	}
}

func TestCodeRefusesWhatEnrolRefuses(t *testing.T) {
	t.Parallel()
	if _, err := totp.Code(mfa.Secret{}, mfa.TOTPData{}, factortest.Now); !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("an empty seed: %v", err)
	}
	if _, err := totp.Code(mfa.SecretText("x"), mfa.TOTPData{Digits: 9}, factortest.Now); !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("nine digits: %v", err)
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, algorithm := range []string{"SHA1", "SHA256", "SHA512"} {
		b.Run(algorithm, func(b *testing.B) {
			f := totp.New(1)
			c := enrolled(b, f, mfa.EnrolOptions{TOTP: mfa.TOTPData{Algorithm: algorithm, Issuer: "Acme", Label: "ann@example.com"}})
			proof := mfa.Proof{Token: codeAt(b, c, factortest.Now)}
			b.ReportAllocs()
			for b.Loop() {
				if _, ok, err := f.Check(c, proof, factortest.Now); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
