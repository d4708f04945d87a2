package client

import (
	"encoding/base32"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

func TestCodesAreThoseOfRFC6238(t *testing.T) {
	t.Parallel()
	// Appendix B: each algorithm has a seed of its own length.
	seed := func(n int) string {
		return base32.StdEncoding.EncodeToString([]byte(strings.Repeat("1234567890", 7)[:n]))
	}
	cases := []struct {
		at        int64
		algorithm string
		length    int
		want      string
	}{
		{59, "SHA1", 20, "94287082"},
		{59, "SHA256", 32, "46119246"},
		{59, "SHA512", 64, "90693936"},
		{1111111109, "SHA1", 20, "07081804"},
		{1111111111, "SHA256", 32, "67062674"},
		{1234567890, "SHA512", 64, "93441116"},
		{20000000000, "SHA1", 20, "65353130"},
	}
	for _, c := range cases {
		code, err := totpAt(api.TOTP{Secret: seed(c.length), Algorithm: c.algorithm, Digits: 8, Period: 30}, time.Unix(c.at, 0))
		if err != nil || code.Value != c.want {
			t.Errorf("%s at %d: %q, %v, want %s", c.algorithm, c.at, code.Value, err, c.want)
		}
	}
}

func TestACodeSaysHowLongItLasts(t *testing.T) {
	t.Parallel()
	code, err := totpAt(api.TOTP{Secret: "GEZDGNBV", Algorithm: "SHA1", Digits: 6, Period: 30}, time.Unix(59, 0))
	if err != nil || code.ExpiresIn != time.Second || len(code.Value) != 6 {
		t.Errorf("%+v, %v", code, err)
	}
}

func TestUnusableSeedsAreRefused(t *testing.T) {
	t.Parallel()
	good := api.TOTP{Secret: "GEZDGNBV", Algorithm: "SHA1", Digits: 6, Period: 30}
	changes := map[string]func(*api.TOTP){
		"no secret":     func(s *api.TOTP) { s.Secret = "" },
		"not base32":    func(s *api.TOTP) { s.Secret = "01" },
		"an algorithm":  func(s *api.TOTP) { s.Algorithm = "MD5" },
		"no digits":     func(s *api.TOTP) { s.Digits = 0 },
		"many digits":   func(s *api.TOTP) { s.Digits = 10 },
		"no period":     func(s *api.TOTP) { s.Period = 0 },
		"a long period": func(s *api.TOTP) { s.Period = 3601 },
	}
	for name, change := range changes {
		seed := good
		change(&seed)
		if _, err := totpAt(seed, time.Unix(59, 0)); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
}

// The wire types and the signed types are declared apart, because neither
// package may import the other. This holds them together.
func TestAQuestionOnTheWireIsTheQuestionThatIsSigned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		expires := "2026-03-01T09:40:00.000Z"
		signed := receipt.Question{
			Organization:      receipt.Named{ID: "o", Name: text.Draw(t, "organization")},
			Application:       receipt.Named{ID: "a", Name: text.Draw(t, "application")},
			User:              receipt.UserID{ID: "u"},
			Challenge:         "c",
			Nonce:             "0123456789abcdef",
			Message:           text.Draw(t, "message"),
			Details:           []receipt.Detail{{Label: text.Draw(t, "label"), Value: text.Draw(t, "value")}},
			Amount:            &receipt.Amount{Value: "1.00", Currency: "EUR"},
			HiddenDetailsHash: strings.Repeat("A", 43),
			CreatedAt:         "2026-03-01T09:30:00.000Z",
			ExpiresAt:         &expires,
		}
		canonical, err := signed.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		var wire api.Question
		if err := json.Unmarshal(canonical, &wire); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(wire)
		if err != nil {
			t.Fatal(err)
		}
		back, err := receipt.ParseQuestion(data)
		if err != nil || !back.Equal(signed) {
			t.Fatalf("came back as %+v, %v", back, err)
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add("event: challenges\ndata: {}\n\n")
	f.Add(": beat\r\n\r\ndata: a\ndata: b\nevent:challenges\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		ends := 0
		for data, err := range events(strings.NewReader(text), "challenges", func() {}) {
			if err == nil {
				if ends > 0 {
					t.Fatal("an event after the end")
				}
				_, _ = decodeEvent(data, nil) // must not panic
				continue
			}
			ends++
			if !errors.Is(err, ErrStreamEnded) || !errors.Is(err, io.EOF) {
				t.Fatalf("ended with %v", err)
			}
		}
		if ends != 1 {
			t.Fatalf("%d ends", ends)
		}
	})
}

func TestEventsAreReadByTheStandard(t *testing.T) {
	t.Parallel()
	const text = ": beat\n\nevent: other\ndata: no\n\nid: 1\nevent:challenges\ndata: a\ndata:b\n\nevent: challenges\r\ndata: c\r\n\r\nevent: challenges\ndata: cut off"
	var got []string
	for data, err := range events(strings.NewReader(text), "challenges", func() {}) {
		if err == nil {
			got = append(got, string(data))
		}
	}
	if strings.Join(got, "|") != "a\nb|c" {
		t.Errorf("events = %q", got)
	}
}

func FuzzUnmarshalChallenge(f *testing.F) {
	f.Add([]byte(`{"id":"c","state":"pending","question":{"challenge":"c"}}`))
	f.Add([]byte(`{"question":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c Challenge
		if err := json.Unmarshal(data, &c); err != nil {
			return
		}
		if c.Signable() == nil && c.question.Challenge != c.ID {
			t.Error("a question about something else may be signed")
		}
	})
}

func FuzzParseLink(f *testing.F) {
	f.Add("twinseal://link?server=https%3A%2F%2Fmfa.example.net&code=K7QF")
	f.Add("authy://account?token=a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseLink(text)
		if err == nil && (got.Code == "") == (got.Token == "") {
			t.Errorf("%q gives %+v", text, got)
		}
	})
}
