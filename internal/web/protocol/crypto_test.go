package protocol_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"github.com/twinseal/twinseal/receipt"
)

// documents are JSON in which implementations of RFC 8785 differ if they do.
var documents = []string{
	`{}`, `[]`, `null`, `true`, `""`, `[1,0,-0,1e21,1e-7,333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]`,
	`{"b":1,"a":{"d":[{"y":1,"x":2}],"c":null}}`,
	`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"Latin"}`,
	`{"text":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\t\f\u007f\u2028\u2029<>&"}`,
	`{"10":1,"9":2,"a":3,"A":4,"aa":5,"":6}`,
	`["\ud800\udc00","é","é"]`,
}

func TestTheBrowserWritesCanonicalJSONLikeTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got []string
	w.evaluate(&got, `const { canonical } = await load("canonical"); return given[0].map((text) => canonical(JSON.parse(text)));`, documents)
	for i, document := range documents {
		want, err := jcs.Transform([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", document, err)
		}
		if got[i] != string(want) {
			t.Errorf("%s\ngot  %s\nwant %s", document, got[i], want)
		}
	}
	var refused []bool
	w.evaluate(&refused, `
		const { canonical } = await load("canonical");
		const bad = ["\ud800", { "\udc00": 1 }, NaN, Infinity, undefined, () => 1, [undefined], 1n];
		return bad.map((value) => { try { canonical(value); return false; } catch { return true; } });`)
	for i, ok := range refused {
		if !ok {
			t.Errorf("bad value %d has a canonical form", i)
		}
	}
}

func TestTheBrowsersProofsAreThoseOfTheProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	for _, body := range []string{"", `{"a":"é"}`} {
		var got struct {
			Proof      string
			Thumbprint string
			Private    bool
		}
		w.evaluate(&got, `
			const { makeKey } = await load("keys");
			const { makeProof } = await load("proof");
			const key = await makeKey();
			const proof = await makeProof(key, "POST", "/api/v1/device/challenges?state=all&after=a%2Fb", given[0], given[1]);
			const readable = await crypto.subtle.exportKey("pkcs8", key.privateKey).then(() => true, () => false);
			return { Proof: proof, Thumbprint: key.thumbprint, Private: !readable };`, body, at.UnixMilli()+999)
		p, err := receipt.ParseProof(got.Proof, http.MethodPost, "/api/v1/device/challenges?state=all&after=a%2Fb", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if p.Thumbprint != got.Thumbprint || !p.IssuedAt.Equal(at) {
			t.Errorf("proof = %+v", p)
		}
		if !got.Private {
			t.Error("the private key can be read")
		}
	}
}

func question() receipt.Question {
	expires := "2026-03-01T09:40:00.000Z"
	return receipt.Question{
		Organization: receipt.Named{ID: "org-1", Name: "Acme"},
		Application:  receipt.Named{ID: "app-1", Name: "Bank <b>&"},
		User:         receipt.UserID{ID: "user-1"},
		Challenge:    "req-1",
		Nonce:        "c2l4dGVlbi1ieXRlcy0h",
		Message:      "Überweisung an 😀 \u2028 \"bob\"",
		Details:      []receipt.Detail{{Label: "To", Value: "c@d.co"}, {Label: "Amount", Value: "€ 12.50"}},
		Amount:       &receipt.Amount{Value: "12.50", Currency: "EUR"},
		CreatedAt:    "2026-03-01T09:30:00.000Z", ExpiresAt: &expires,
		HiddenDetailsHash: base64.RawURLEncoding.EncodeToString(make([]byte, 32)),
	}
}

func TestAStatementMadeInTheBrowserOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bare := question()
	bare.Amount, bare.HiddenDetailsHash, bare.ExpiresAt, bare.Details = nil, "", nil, []receipt.Detail{}
	matched := question()
	matched.Match = &receipt.Match{Choices: []string{"17", "42", "63"}}
	for _, asked := range []receipt.Question{question(), bare, matched} {
		for _, decision := range []map[string]any{
			{"approve": true, "reason": "ignored", "fraud": true, "match": "42"},
			{"approve": false, "reason": "not me", "fraud": true, "match": "42"},
			{"approve": false},
		} {
			var got struct {
				Statement string
				Key       receipt.JWK
			}
			w.evaluate(&got, `
				const { makeKey } = await load("keys");
				const { makeStatement } = await load("statement");
				const key = await makeKey();
				const statement = await makeStatement(key, "dev-1", { id: "req-1", question: given[0] }, given[1], given[2]);
				return { Statement: statement, Key: key.jwk };`, asked, decision, time.Date(2026, 3, 1, 9, 31, 0, 7e6, time.UTC).UnixMilli())
			s, err := receipt.Open(got.Statement, got.Key)
			if err != nil {
				t.Fatal(err)
			}
			approved := decision["approve"] == true
			switch {
			case !s.Question.Equal(asked):
				t.Errorf("another question was signed: %+v", s.Question)
			case (s.Decision == receipt.Approved) != approved, s.Fraud != (!approved && decision["fraud"] == true):
				t.Errorf("another decision was signed: %+v", s)
			case (s.Match == "42") != (approved && asked.Match != nil):
				t.Errorf("the number %q was signed", s.Match)
			case s.DeviceTime != "2026-03-01T09:31:00.007Z", s.Device.ID != "dev-1":
				t.Errorf("statement = %+v", s)
			}
		}
	}
}

func TestTheBrowserSignsNothingItCannotShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data, err := json.Marshal(question())
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	cases := map[string]string{
		"":                        good,
		"an unknown member":       strings.Replace(good, `{`, `{"terms":"sell the house",`, 1),
		"an unknown inner member": strings.Replace(good, `"label":"To"`, `"label":"To","hint":"x"`, 1),
		"a missing member":        strings.Replace(good, `"nonce":`, `"nonsense":`, 1),
		"a number for text":       strings.Replace(good, `"12.50"`, `12.50`, 1),
		"no list of details":      strings.Replace(good, `"details":[`, `"details":null,"other":[`, 1),
		"details in a map":        strings.Replace(good, `"details":[{"label":"To","value":"c@d.co"},{"label":"Amount","value":"€ 12.50"}]`, `"details":{"To":"c@d.co"}`, 1),
		"another challenge":       strings.Replace(good, `"req-1"`, `"req-2"`, 1),
		"an amount of null":       strings.Replace(good, `{"value":"12.50","currency":"EUR"}`, `null`, 1),
		"an inherited name":       strings.Replace(good, `{`, `{"toString":"x",`, 1),
	}
	for name, document := range cases {
		var signed bool
		w.evaluate(&signed, `
			const { makeKey } = await load("keys");
			const { makeStatement } = await load("statement");
			const challenge = { id: "req-1", question: JSON.parse(given[0]) };
			return makeStatement(await makeKey(), "dev-1", challenge, { approve: true }, 0).then(() => true, () => false);`, document)
		if signed != (name == "") {
			t.Errorf("%q: signed = %v", name, signed)
		}
	}
}

func TestTheBrowserAnswersForItsOwnUserAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := question()
	for user, want := range map[string]bool{asked.User.ID: true, "somebody-else": false, "": false} {
		var signable bool
		w.evaluate(&signable, `
			const { signable } = await load("question");
			return signable({ id: "req-1", question: given[0] }, given[1]);`, asked, user)
		if signable != want {
			t.Errorf("asked of %q, linked to %q: signable = %v", asked.User.ID, user, signable)
		}
	}
}

func TestTheBrowsersCodesAreThoseOfRFC6238(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type vector struct {
		At        int64  `json:"at"`
		Algorithm string `json:"algorithm"`
		Secret    string `json:"secret"`
		Want      string `json:"want"`
	}
	vectors := []vector{
		{59, "SHA1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "94287082"},
		{59, "SHA256", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA", "46119246"},
		{59, "SHA512", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA", "90693936"},
		{20000000000, "SHA1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "65353130"},
	}
	var got []struct {
		Value    string
		Left     int64
		Readable bool
	}
	w.evaluate(&got, `
		const { importSeed, codeAt } = await load("totp");
		return Promise.all(given[0].map(async ({ at, secret, algorithm }) => {
			const seed = await importSeed({ secret, algorithm, digits: 8, period: 30, issuer: "", label: "" });
			const { value, left } = await codeAt(seed, at * 1000);
			return { Value: value, Left: left, Readable: seed.key.extractable };
		}));`, vectors)
	for i, v := range vectors {
		if got[i].Value != v.Want || got[i].Left != (30-v.At%30)*1000 || got[i].Readable {
			t.Errorf("%s at %d: %+v, want %s", v.Algorithm, v.At, got[i], v.Want)
		}
	}
}

func TestTheBrowserRefusesReceiptsThatProveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device, deviceKey := newKey(t)
	server, serverKey := newKey(t)
	statement := receipt.Statement{
		Type: receipt.StatementType, Question: question(), Decision: receipt.Approved, Factors: []string{receipt.FactorDevice},
		Device: receipt.DeviceID{ID: "dev-1", Key: deviceKey.Thumbprint()}, DeviceTime: "2026-03-01T09:31:00.000Z",
	}
	jws, err := receipt.Sign(device, statement)
	if err != nil {
		t.Fatal(err)
	}
	good, err := receipt.Seal(server, jws, deviceKey, statement.Question.Challenge, "evt-1", time.Date(2026, 3, 1, 9, 31, 1, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	other := good
	if other.Statement, err = receipt.Sign(device, statement); err != nil {
		t.Fatal(err)
	}
	_, otherKey := newKey(t)
	cases := map[string]func(r *receipt.Receipt){
		"":                    func(*receipt.Receipt) {},
		"another statement":   func(r *receipt.Receipt) { r.Statement = other.Statement },
		"another device":      func(r *receipt.Receipt) { r.DeviceKey = otherKey },
		"another server":      func(r *receipt.Receipt) { r.ServerKey = otherKey },
		"a changed seal":      func(r *receipt.Receipt) { r.Seal = r.Seal[:len(r.Seal)-8] + "AAAAAAAA" },
		"the statement twice": func(r *receipt.Receipt) { r.Seal = r.Statement },
		"another type":        func(r *receipt.Receipt) { r.Type = "twinseal.receipt.v2" },
	}
	for name, change := range cases {
		changed := good
		change(&changed)
		var accepted bool
		w.evaluate(&accepted, `
			const { checkReceipt } = await load("receipt");
			return checkReceipt(given[0], { statement: given[1], deviceKey: given[2], serverKey: given[3] }).then(() => true, () => false);`,
			changed, jws, deviceKey, serverKey)
		if accepted != (name == "") {
			t.Errorf("%q: accepted = %v", name, accepted)
		}
	}
}
