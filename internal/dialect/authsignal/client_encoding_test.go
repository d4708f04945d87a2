package authsignal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
)

const somebody = "0198c1de-7a61-7bd6-8f6a-0123456789ab"

func TestBase64OfAnyKindIsRead(t *testing.T) {
	t.Parallel()
	want := []byte{0xfb, 0xef, 0xff, 0x01}
	for _, text := range []string{"++//AQ==", "--__AQ", "--__AQ==", "+-/_AQ=", "  //AQ=="} {
		if got, err := authsignal.AnyBase64(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q is read as %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"A", "A=A=", "ä", "{}"} {
		if got, err := authsignal.AnyBase64(text); err == nil {
			t.Errorf("%q is read as %x", text, got)
		}
	}
}

func appKey(tb testing.TB) []byte {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

func TestAnAppsKeyIsReadAsPhonesWriteIt(t *testing.T) {
	t.Parallel()
	der := appKey(t)
	plain := base64.StdEncoding.EncodeToString(der)
	for what, text := range map[string]string{
		"in a body":                      plain,
		"in a body, the other way":       base64.RawURLEncoding.EncodeToString(der),
		"in an address of iOS":           base64.RawURLEncoding.EncodeToString([]byte(plain)),
		"in an address of Android":       base64.StdEncoding.EncodeToString([]byte(plain)),
		"with the plus signs of a query": strings.ReplaceAll(plain, "+", " "),
	} {
		if got, err := authsignal.PublicKeyOf(text); err != nil || !bytes.Equal(got, der) {
			t.Errorf("%s: read as %x, %v", what, got, err)
		}
	}
	for _, text := range []string{"", "no key", "AAAA", base64.StdEncoding.EncodeToString([]byte("AAAA")), strings.Repeat("MFkw", 101)} {
		if got, err := authsignal.PublicKeyOf(text); err == nil {
			t.Errorf("%q is read as %x", text, got)
		}
	}
}

func TestAUserHandleIsReadAsBrowsersAndPhonesTellIt(t *testing.T) {
	t.Parallel()
	want, err := base64.RawURLEncoding.DecodeString(somebody)
	if err != nil {
		t.Fatal(err)
	}
	once := base64.RawURLEncoding.EncodeToString([]byte(somebody))
	for what, text := range map[string]string{
		"made and told by a browser":         somebody,
		"made by an iPhone, told by one":     somebody,
		"made by an iPhone, told by Android": once,
		"the same, padded":                   base64.StdEncoding.EncodeToString([]byte(somebody)),
		"wrapped twice":                      base64.RawURLEncoding.EncodeToString([]byte(once)),
	} {
		if got := authsignal.HandleOf(text); !bytes.Equal(got, want) {
			t.Errorf("%s: read as %x", what, got)
		}
	}
	for what, text := range map[string]string{
		"none":                             "",
		"made by a browser, told by iOS":   strings.ToValidUTF8(string(want), "\ufffd"),
		"made elsewhere":                   "c29tZWJvZHk",
		"a user's id that is none of ours": "user-123",
	} {
		if got := authsignal.HandleOf(text); got != nil {
			t.Errorf("%s: read as %x", what, got)
		}
	}
}

func TestTheSocketsOfferIsRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		headers       []string
		token, tenant string
		good          bool
	}{
		{[]string{"authsignal-ws, x.authsignal.token.a.b.c"}, "a.b.c", "", true},
		{[]string{"authsignal-ws", "x.authsignal.tenant.t-1"}, "", "t-1", true},
		{[]string{"chat,authsignal-ws"}, "", "", true},
		{[]string{"x.authsignal.token.a.b.c"}, "", "", false},
		{nil, "", "", false},
	} {
		got, err := authsignal.ParseOffer(test.headers)
		if (err == nil) != test.good || got.Token() != test.token || got.Tenant() != test.tenant {
			t.Errorf("%q is read as %q, %q, %v", test.headers, got.Token(), got.Tenant(), err)
		}
	}
}

func TestFramesAreReadAndNothingElse(t *testing.T) {
	t.Parallel()
	got, err := authsignal.ParseCreate([]byte(`{"type":"CREATE_CHALLENGE","data":{"challengeType":"QR_CODE","actionCode":"pay","custom":{"sum":1},"more":0}}`))
	if err != nil || got.Action != "pay" || string(got.Custom) != `{"sum":1}` {
		t.Errorf("read as %+v, %v", got, err)
	}
	for _, raw := range []string{
		``, `[]`, `"x"`, `{}`, `{"type":"CREATE_CHALLENGE"}`, `{"type":"STATE_CHANGE","data":{"challengeType":"QR_CODE"}}`,
		`{"type":"CREATE_CHALLENGE","data":{"challengeType":"PUSH","actionCode":"pay"}}`, `{"type":"CREATE_CHALLENGE","data":1}`,
	} {
		if got, err := authsignal.ParseCreate([]byte(raw)); err == nil {
			t.Errorf("%s is read as %+v", raw, got)
		}
	}
}

func FuzzBase64(f *testing.F) {
	for _, seed := range []string{"", "++//AQ==", "--__AQ", "A", "====", "M FkwEwYHKoZIzj0CAQ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := authsignal.AnyBase64(text)
		if err != nil {
			return
		}
		again, err := authsignal.AnyBase64(base64.RawURLEncoding.EncodeToString(got))
		if err != nil || !bytes.Equal(got, again) {
			t.Errorf("%q is %x, and written and read again %x, %v", text, got, again, err)
		}
	})
}

func FuzzAppKey(f *testing.F) {
	der := appKey(f)
	plain := base64.StdEncoding.EncodeToString(der)
	for _, seed := range []string{"", plain, base64.RawURLEncoding.EncodeToString([]byte(plain)), "MA", "TUE"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := authsignal.PublicKeyOf(text)
		if err != nil {
			return
		}
		again, err := authsignal.PublicKeyOf(base64.StdEncoding.EncodeToString(got))
		if err != nil || !bytes.Equal(got, again) {
			t.Errorf("%q is %x, and as others write it %x, %v", text, got, again, err)
		}
	})
}

func FuzzUserHandle(f *testing.F) {
	for _, seed := range []string{"", somebody, base64.RawURLEncoding.EncodeToString([]byte(somebody)), strings.ToUpper(somebody), "\ufffd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := authsignal.HandleOf(text)
		if got == nil {
			return
		}
		if again := authsignal.HandleOf(base64.RawURLEncoding.EncodeToString(got)); !bytes.Equal(again, got) {
			t.Errorf("%q is %x, which browsers tell as what is %x", text, got, again)
		}
	})
}

func FuzzFrames(f *testing.F) {
	for _, seed := range []string{`{"type":"CREATE_CHALLENGE","data":{"challengeType":"QR_CODE","actionCode":"pay","custom":null}}`, `{}`, `{"data":[]}`, `nope`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := authsignal.ParseCreate(raw)
		if err == nil && len(got.Custom) > 0 && !json.Valid(got.Custom) {
			t.Errorf("%q gives %q", raw, got.Custom)
		}
	})
}

func FuzzSocketOffer(f *testing.F) {
	f.Add("authsignal-ws, x.authsignal.token.a.b.c")
	f.Add("x.authsignal.tenant.,authsignal-ws,,")
	f.Fuzz(func(t *testing.T, header string) {
		got, err := authsignal.ParseOffer([]string{header})
		if err == nil && !strings.Contains(header, "authsignal-ws") {
			t.Errorf("%q is read as %+v", header, got)
		}
	})
}
