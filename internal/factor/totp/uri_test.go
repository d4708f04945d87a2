package totp_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
)

const sampleSeed = "JBSWY3DPEHPK3PXP"

func TestSeedsAreReadAsPeopleCopyThem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		sampleSeed, strings.ToLower(sampleSeed), "jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", " " + sampleSeed + "====\n",
	} {
		seed, err := totp.DecodeSeed(text)
		if err != nil || totp.EncodeSeed(seed) != sampleSeed {
			t.Errorf("%q: got %q, %v", text, seed.Reveal(), err)
		}
	}
}

func TestSeedsThatAreNoneAreRefusedWithoutRepeatingThem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "JBSWY3DP", sampleSeed + "1", sampleSeed + "\nA", "пароль", strings.Repeat("A", 5000), strings.Repeat("A", 400)} {
		_, err := totp.DecodeSeed(text)
		if !mfa.IsCode(err, mfa.Invalid) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestURIIsWhatAppsExpect(t *testing.T) {
	t.Parallel()
	seed, err := totp.DecodeSeed(sampleSeed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := totp.URI(seed, mfa.TOTPData{Issuer: "Acme & Söhne", Label: "ann@example.com"})
	const want = "otpauth://totp/Acme%20%26%20S%C3%B6hne:ann%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Acme%20%26%20S%C3%B6hne&digits=6&period=30&algorithm=SHA1"
	if err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if _, err := totp.URI(seed, mfa.TOTPData{Digits: 1}); !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("one digit: %v", err)
	}
}

func TestURIsOfOtherIssuersAreRead(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]mfa.TOTPData{
		"otpauth://totp/ann?secret=" + sampleSeed:                                  {Algorithm: "SHA1", Digits: 6, Period: 30, Label: "ann"},
		"otpauth://totp/Acme:%20ann?secret=jbswy3dpehpk3pxp":                       {Algorithm: "SHA1", Digits: 6, Period: 30, Issuer: "Acme", Label: "ann"},
		"OTPAUTH://TOTP/Acme%3Aann?issuer=Other&image=x&secret=" + sampleSeed:      {Algorithm: "SHA1", Digits: 6, Period: 30, Issuer: "Other", Label: "ann"},
		"otpauth://totp/?digits=8&period=60&algorithm=sha256&secret=" + sampleSeed: {Algorithm: "SHA256", Digits: 8, Period: 60},
	} {
		seed, got, err := totp.ParseURI(uri)
		if err != nil || got != want || totp.EncodeSeed(seed) != sampleSeed {
			t.Errorf("%s: got %+v, %v", uri, got, err)
		}
	}
}

func TestURIsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"", "https://example.com", "otpauth://hotp/a?secret=" + sampleSeed, "otpauth://totp/a", "otpauth://totp/a?secret=1",
		"otpauth://totp/a?digits=0&secret=" + sampleSeed, "otpauth://totp/a?period=x&secret=" + sampleSeed,
		"otpauth://totp/a?algorithm=MD5&secret=" + sampleSeed, "otpauth://totp/%zz", "otpauth://totp/a?%zz", strings.Repeat("o", 5000),
	} {
		if _, _, err := totp.ParseURI(uri); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%q: got %v", uri, err)
		}
	}
}

func FuzzParseURI(f *testing.F) {
	f.Add("otpauth://totp/Acme:ann?secret=JBSWY3DPEHPK3PXP&issuer=Acme&digits=6&period=30&algorithm=SHA1")
	f.Add("otpauth://totp/a%20b?secret=jbsw y3dp ehpk 3pxp===&algorithm=sha-512&digits=8")
	f.Add("otpauth://totp/:::?secret=AAAAAAAAAAAAAAAA&issuer=:")
	f.Fuzz(func(t *testing.T, text string) {
		seed, data, err := totp.ParseURI(text)
		if err != nil {
			return
		}
		again, err := totp.URI(seed, data)
		if err != nil {
			t.Fatalf("%q was read but cannot be written: %v", text, err)
		}
		if len(again) > 4096 {
			return
		}
		seed2, data2, err := totp.ParseURI(again)
		if err != nil || !seed2.Equal(seed) || data2.Digits != data.Digits || data2.Period != data.Period || data2.Algorithm != data.Algorithm {
			t.Fatalf("%q became %q: %+v, %v", text, again, data2, err)
		}
	})
}

func FuzzDecodeSeed(f *testing.F) {
	f.Add(sampleSeed)
	f.Add("jbsw y3dp-ehpk 3pxp==")
	f.Fuzz(func(t *testing.T, text string) {
		seed, err := totp.DecodeSeed(text)
		if err != nil {
			return
		}
		if again, err := totp.DecodeSeed(totp.EncodeSeed(seed)); err != nil || !again.Equal(seed) {
			t.Fatalf("%q does not survive", text)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("123456", `{"algorithm":"SHA1","digits":6,"period":30}`)
	f.Add("", `{"period":1}`)
	f.Fuzz(func(_ *testing.T, token, data string) {
		c := mfa.Credential{Data: []byte(data), Secret: mfa.SecretText("12345678901234567890")}
		_, _, _ = totp.New(1).Check(c, mfa.Proof{Token: token}, factortest.Now)
	})
}
