package receipt_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// anyText draws text of any script, with what JSON escapes and what it need
// not: quotes, backslashes, control characters, separators, astral planes.
func anyText() *rapid.Generator[string] {
	odd := rapid.SampledFrom([]rune{'"', '\\', '/', '<', '>', '&', 0, '\n', '\t', 0x1f, 0x7f, 0x2028, 0x2029, 0xfffd, 0xfeff, 0x1f600, 0x10ffff, 'é', 'ß', 0x202e})
	return rapid.StringOf(rapid.OneOf(rapid.Rune(), odd))
}

func anyID() *rapid.Generator[string] {
	return rapid.StringMatching(`[A-Za-z0-9_.:-]{1,40}`)
}

func anyTime() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return receipt.FormatTime(time.UnixMilli(rapid.Int64Range(0, 4102444800000).Draw(t, "ms")))
	})
}

func anyQuestion() *rapid.Generator[receipt.Question] {
	return rapid.Custom(func(t *rapid.T) receipt.Question {
		named := rapid.Custom(func(t *rapid.T) receipt.Named {
			return receipt.Named{ID: anyID().Draw(t, "id"), Name: anyText().Draw(t, "name")}
		})
		detail := rapid.Custom(func(t *rapid.T) receipt.Detail {
			return receipt.Detail{Label: anyText().Draw(t, "label"), Value: anyText().Draw(t, "value")}
		})
		q := receipt.Question{
			Organization: named.Draw(t, "organization"),
			Application:  named.Draw(t, "application"),
			User:         receipt.UserID{ID: anyID().Draw(t, "user")},
			Challenge:    anyID().Draw(t, "challenge"),
			Nonce:        rapid.StringMatching(`[A-Za-z0-9_-]{16,64}`).Draw(t, "nonce"),
			Message:      anyText().Draw(t, "message"),
			Details:      rapid.SliceOfN(detail, 0, 6).Draw(t, "details"),
			CreatedAt:    anyTime().Draw(t, "created"),
		}
		if rapid.Bool().Draw(t, "expires") {
			at := anyTime().Draw(t, "expiry")
			q.ExpiresAt = &at
		}
		if rapid.Bool().Draw(t, "money") {
			q.Amount = &receipt.Amount{Value: rapid.StringMatching(`-?[1-9][0-9]{0,9}(\.[0-9]{1,4})?`).Draw(t, "value"), Currency: "EUR"}
		}
		if rapid.Bool().Draw(t, "hidden") {
			q.HiddenDetailsHash = strings.Repeat("A", 43)
		}
		drawDemands(t, &q)
		return q
	})
}

func anyStatement(key string) *rapid.Generator[receipt.Statement] {
	return rapid.Custom(func(t *rapid.T) receipt.Statement {
		s := receipt.Statement{
			Type:       receipt.StatementType,
			Question:   anyQuestion().Draw(t, "question"),
			Decision:   rapid.SampledFrom([]receipt.Decision{receipt.Approved, receipt.Denied}).Draw(t, "decision"),
			Factors:    rapid.SampledFrom([][]string{{"device"}, {"device", "pin"}, {"device", "passkey", "pin"}}).Draw(t, "factors"),
			Device:     receipt.DeviceID{ID: anyID().Draw(t, "device"), Key: key},
			DeviceTime: anyTime().Draw(t, "time"),
		}
		if s.Decision == receipt.Denied {
			s.Reason = anyText().Draw(t, "reason")
			s.Fraud = rapid.Bool().Draw(t, "fraud")
		}
		drawFindings(t, &s)
		return s
	})
}

// drawDemands gives a question what it may demand.
func drawDemands(t *rapid.T, q *receipt.Question) {
	q.Title = anyText().Draw(t, "title")
	if rapid.Bool().Draw(t, "demanding") {
		q.Policy = &policy.Policy{
			DenyRooted: rapid.Bool().Draw(t, "rooted"),
			Places: [][]policy.Fence{{{
				Kind: policy.Circle, Name: anyText().Draw(t, "place"), Radius: 0.1,
				Latitude: rapid.Float64Range(-90, 90).Draw(t, "latitude"), Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude"),
			}}},
		}
	}
	if rapid.Bool().Draw(t, "choice") {
		q.Reasons = []receipt.DenialReason{{ID: "1", Text: "x" + anyText().Draw(t, "choice text"), Fraud: rapid.Bool().Draw(t, "choice fraud")}}
	}
}

// drawFindings lets a statement follow its question's demands.
func drawFindings(t *rapid.T, s *receipt.Statement) {
	if s.Decision == receipt.Denied && len(s.Question.Reasons) > 0 {
		s.Reason, s.Fraud = s.Question.Reasons[0].Text, s.Question.Reasons[0].Fraud
	}
	if s.Question.Policy != nil {
		s.Evidence = &policy.Evidence{Methods: []policy.Method{policy.Face}, Places: []policy.Side{policy.Outside}}
	}
}

var someKey = strings.Repeat("A", 43)

func TestCanonicalBytesReadBackAsTheSameStatement(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatement(someKey).Draw(t, "statement")
		data, err := s.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(data) {
			t.Fatal("not UTF-8")
		}
		back, err := receipt.ParseStatement(data)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(normal(s), back) {
			t.Fatalf("came back as %+v", back)
		}
	})
}

// normal is s as it comes back: an absent list of details is an empty one.
func normal(s receipt.Statement) receipt.Statement {
	if s.Question.Details == nil {
		s.Question.Details = []receipt.Detail{}
	}
	return s
}

func TestMembersAreSortedAndNothingIsPadded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, err := anyStatement(someKey).Draw(t, "statement").Canonical()
		if err != nil {
			t.Fatal(err)
		}
		checkOrder(t, json.NewDecoder(bytes.NewReader(data)))
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(compact.Bytes(), data) {
			t.Fatal("there is white space between the members")
		}
	})
}

// checkOrder walks one JSON value and fails at the first member that does not
// come after its neighbour. All member names are ASCII.
func checkOrder(t *rapid.T, d *json.Decoder) {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	if token != json.Delim('{') && token != json.Delim('[') {
		return
	}
	last := ""
	for d.More() {
		if token == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			if name.(string) <= last {
				t.Fatalf("%q comes after %q", name, last)
			}
			last = name.(string)
		}
		checkOrder(t, d)
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
}

func TestAQuestionIsReadInAnyMemberOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion().Draw(t, "question")
		wire, err := json.Marshal(normal(receipt.Statement{Question: q}).Question)
		if err != nil {
			t.Fatal(err)
		}
		back, err := receipt.ParseQuestion(wire)
		if err != nil {
			t.Fatal(err)
		}
		if !back.Equal(q) {
			t.Fatalf("came back as %+v", back)
		}
	})
}

func TestDifferentQuestionsHaveDifferentBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := normal(receipt.Statement{Question: anyQuestion().Draw(t, "a")}).Question
		b := normal(receipt.Statement{Question: anyQuestion().Draw(t, "b")}).Question
		same := reflect.DeepEqual(a, b)
		if a.Equal(b) != same {
			t.Fatalf("Equal = %v, the values say %v", a.Equal(b), same)
		}
	})
}

func TestEveryFieldOfAQuestionCounts(t *testing.T) {
	t.Parallel()
	later := receipt.FormatTime(asked.Add(time.Hour))
	changes := map[string]func(*receipt.Question){
		"organization id":   func(q *receipt.Question) { q.Organization.ID += "x" },
		"organization name": func(q *receipt.Question) { q.Organization.Name += " " },
		"application id":    func(q *receipt.Question) { q.Application.ID += "x" },
		"application name":  func(q *receipt.Question) { q.Application.Name += "x" },
		"user":              func(q *receipt.Question) { q.User.ID += "x" },
		"challenge":         func(q *receipt.Question) { q.Challenge += "x" },
		"nonce":             func(q *receipt.Question) { q.Nonce += "x" },
		"message":           func(q *receipt.Question) { q.Message += "." },
		"a label":           func(q *receipt.Question) { q.Details[0].Label += "." },
		"a value":           func(q *receipt.Question) { q.Details[0].Value += "." },
		"detail order":      func(q *receipt.Question) { q.Details[0], q.Details[1] = q.Details[1], q.Details[0] },
		"a detail fewer":    func(q *receipt.Question) { q.Details = q.Details[:1] },
		"amount":            func(q *receipt.Question) { q.Amount.Value = "12.5" },
		"currency":          func(q *receipt.Question) { q.Amount.Currency = "USD" },
		"no amount":         func(q *receipt.Question) { q.Amount = nil },
		"hidden details":    func(q *receipt.Question) { q.HiddenDetailsHash = someKey },
		"created":           func(q *receipt.Question) { q.CreatedAt = later },
		"expiry":            func(q *receipt.Question) { q.ExpiresAt = &later },
		"no expiry":         func(q *receipt.Question) { q.ExpiresAt = nil },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := sampleQuestion()
			change(&q)
			if q.Equal(sampleQuestion()) {
				t.Error("makes no difference")
			}
		})
	}
}

func TestStatementsThatMayNotBeSigned(t *testing.T) {
	t.Parallel()
	_, key := newKey(t)
	long := strings.Repeat("x", receipt.MaxText+1)
	bad := "2026-03-01T09:30:00Z"
	changes := map[string]func(*receipt.Statement){
		"another type":              func(s *receipt.Statement) { s.Type = "twinseal.statement.v2" },
		"no decision":               func(s *receipt.Statement) { s.Decision = "" },
		"an unknown decision":       func(s *receipt.Statement) { s.Decision = "maybe" },
		"an approval with fraud":    func(s *receipt.Statement) { s.Fraud = true },
		"an approval with a reason": func(s *receipt.Statement) { s.Reason = "why not" },
		"no factors":                func(s *receipt.Statement) { s.Factors = nil },
		"no device factor":          func(s *receipt.Statement) { s.Factors = []string{"pin"} },
		"a factor twice":            func(s *receipt.Statement) { s.Factors = []string{"device", "device"} },
		"a factor in capitals":      func(s *receipt.Statement) { s.Factors = []string{"device", "PIN"} },
		"no device":                 func(s *receipt.Statement) { s.Device.ID = "" },
		"no key":                    func(s *receipt.Statement) { s.Device.Key = "" },
		"time without milliseconds": func(s *receipt.Statement) { s.DeviceTime = bad },
		"time in another zone":      func(s *receipt.Statement) { s.DeviceTime = "2026-03-01T09:30:00.000+01:00" },
		"no challenge":              func(s *receipt.Statement) { s.Question.Challenge = "" },
		"a short nonce":             func(s *receipt.Statement) { s.Question.Nonce = "short" },
		"invalid UTF-8":             func(s *receipt.Statement) { s.Question.Message = "a\xff" },
		"invalid UTF-8 in a value":  func(s *receipt.Statement) { s.Question.Details[0].Value = "\xed\xa0\x80" },
		"a long message":            func(s *receipt.Statement) { s.Question.Message = long },
		"an amount with a comma":    func(s *receipt.Statement) { s.Question.Amount.Value = "1,50" },
		"an amount in exponents":    func(s *receipt.Statement) { s.Question.Amount.Value = "1e3" },
		"a currency in lower case":  func(s *receipt.Statement) { s.Question.Amount.Currency = "eur" },
		"a bad hidden hash":         func(s *receipt.Statement) { s.Question.HiddenDetailsHash = "abc" },
		"a bad expiry":              func(s *receipt.Statement) { s.Question.ExpiresAt = &bad },
		"too many details":          func(s *receipt.Statement) { s.Question.Details = make([]receipt.Detail, receipt.MaxDetails+1) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sampleStatement(key)
			change(&s)
			if _, err := s.Canonical(); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestOnlyCanonicalPayloadsAreStatements(t *testing.T) {
	t.Parallel()
	_, key := newKey(t)
	data, err := sampleStatement(key).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	cases := map[string]string{
		"empty":                "",
		"a space":              good + " ",
		"a member twice":       strings.Replace(good, `{`, `{"decision":"denied",`, 1),
		"an unknown member":    strings.Replace(good, `{`, `{"aaa":1,`, 1),
		"another letter case":  strings.Replace(good, `"reason"`, `"Reason"`, 1),
		"an escaped letter":    strings.Replace(good, `Acme`, `\u0041cme`, 1),
		"an escaped ampersand": strings.Replace(good, `&`, `\u0026`, 1),
		"null for text":        strings.Replace(good, `"reason":""`, `"reason":null`, 1),
		"a missing member":     strings.Replace(good, `"fraud":false,`, ``, 1),
		"a lone surrogate":     strings.Replace(good, `Acme`, `\ud800`, 1),
		"two documents":        good + good,
		"unsorted":             `{"type":"twinseal.statement.v1",` + strings.Replace(good[1:], `,"type":"twinseal.statement.v1"`, ``, 1),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if text == good {
				t.Fatal("the case changes nothing")
			}
			if _, err := receipt.ParseStatement([]byte(text)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestAStatementIsSignedWithTheKeyItNames(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	_, other := newKey(t)
	if _, err := receipt.Sign(key, sampleStatement(other)); err == nil {
		t.Error("signed with a key it does not name")
	}
}

func TestAStatementOpensUnderItsOwnKeyOnly(t *testing.T) {
	t.Parallel()
	key, jwk := newKey(t)
	_, other := newKey(t)
	jws, err := receipt.Sign(key, sampleStatement(jwk))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Open(jws, other); err == nil {
		t.Error("opened under another key")
	}
	if _, err := receipt.Open(jws, jwk); err != nil {
		t.Error(err)
	}
}

func TestHiddenDetailsAreHashedInOrder(t *testing.T) {
	t.Parallel()
	none, err := receipt.HashHidden(nil)
	if err != nil || none != "" {
		t.Errorf("nothing hashes to %q, %v", none, err)
	}
	a := receipt.Detail{Label: "ip", Value: "10.0.0.1"}
	b := receipt.Detail{Label: "session", Value: "7"}
	ab, err1 := receipt.HashHidden([]receipt.Detail{a, b})
	ba, err2 := receipt.HashHidden([]receipt.Detail{b, a})
	if err1 != nil || err2 != nil || ab == ba || len(ab) != 43 {
		t.Errorf("%q, %v; %q, %v", ab, err1, ba, err2)
	}
}

func FuzzOpen(f *testing.F) {
	key, jwk := newKey(f)
	jws, err := receipt.Sign(key, sampleStatement(jwk))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(jws)
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := receipt.Open(text, jwk)
		if err != nil {
			return
		}
		if text != jws {
			t.Errorf("opened %q, which was never signed: %+v", text, s)
		}
	})
}

func FuzzParseStatement(f *testing.F) {
	_, jwk := newKey(f)
	data, err := sampleStatement(jwk).Canonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	demanded := meeting(f, jwk)
	demanded.Device.Key = jwk.Thumbprint()
	if data, err = demanded.Canonical(); err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	demanded.Question.Match, demanded.Match = picking(), "42"
	if data, err = demanded.Canonical(); err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"type":"twinseal.statement.v1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := receipt.ParseStatement(data)
		if err != nil {
			return
		}
		again, err := s.Canonical()
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("written again: %q, %v", again, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	r, _ := sampleReceipt(f)
	f.Add(file(f, r))
	f.Add(file(f, passkeyReceipt(f, passkeyStatement(), newPasskey(f, passkeytest.Options{}, passkeytest.ES256))))
	f.Add([]byte(`{"type":"twinseal.receipt.v1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := receipt.Verify(data, receipt.Options{})
		if (err == nil) != (result != nil) {
			t.Errorf("result %v with error %v", result, err)
		}
	})
}

func TestAKnownStatementIsVerifiedAsOpenWould(t *testing.T) {
	t.Parallel()
	device, key := newKey(t)
	_, other := newKey(t)
	s := sampleStatement(key)
	payload, err := s.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	jws, err := receipt.Sign(device, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := receipt.VerifyStatement(jws, key, payload); err != nil {
		t.Fatalf("a good statement: %v", err)
	}
	seal, err := receipt.Seal(device, jws, key, s.Question.Challenge, "evt-1", asked)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]error{
		"another payload":   receipt.VerifyStatement(jws, key, append(payload[:len(payload)-1:len(payload)-1], ' ')),
		"another key":       receipt.VerifyStatement(jws, other, payload),
		"a seal":            receipt.VerifyStatement(seal.Seal, key, payload),
		"a cut signature":   receipt.VerifyStatement(jws[:len(jws)-2], key, payload),
		"another signature": receipt.VerifyStatement(jws[:len(jws)-8]+"AAAAAAAA", key, payload),
		"two parts":         receipt.VerifyStatement(jws[:strings.LastIndexByte(jws, '.')], key, payload),
	} {
		if bad == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
