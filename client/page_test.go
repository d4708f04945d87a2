package client_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// page is docs/authenticator-protocol.md: its text and its marked examples.
type page struct {
	t        *testing.T
	text     string
	examples map[string]string
}

var example = regexp.MustCompile("(?s)<!-- example: ([a-z ]+) -->\n```[a-z]*\n(.*?)\n```\n")

func readPage(t *testing.T) page {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", "authenticator-protocol.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := page{t: t, text: string(data), examples: map[string]string{}}
	for _, m := range example.FindAllStringSubmatch(p.text, -1) {
		p.examples[m[1]] = m[2]
	}
	return p
}

func (p page) get(name string) string {
	p.t.Helper()
	text, ok := p.examples[name]
	if !ok {
		p.t.Fatalf("the page has no example %q", name)
	}
	return text
}

// is compares what was computed with what the page says.
func (p page) is(name, computed string) {
	p.t.Helper()
	if got := p.get(name); got != computed {
		p.t.Errorf("the page's %s is\n%s\nbut it must be\n%s", name, got, computed)
	}
}

// key is the example's private key, from its d alone.
func (p page) key() (*ecdsa.PrivateKey, receipt.JWK) {
	p.t.Helper()
	var jwk struct {
		receipt.JWK
		D string `json:"d"`
	}
	if err := json.Unmarshal([]byte(p.get("private key")), &jwk); err != nil {
		p.t.Fatal(err)
	}
	d, err := base64.RawURLEncoding.DecodeString(jwk.D)
	if err != nil {
		p.t.Fatal(err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		p.t.Fatal(err)
	}
	public, err := receipt.NewJWK(key.Public())
	if err != nil || public != jwk.JWK {
		p.t.Fatalf("x and y do not belong to d: %v", err)
	}
	return key, public
}

func decodePart(t *testing.T, jws string, part int) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(jws, ".")[part])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestThePagesStatementIsWhatADeviceSigns(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	key, jwk := p.key()
	p.is("thumbprint", jwk.Thumbprint())

	var c client.Challenge
	if err := json.Unmarshal([]byte(p.get("challenge")), &c); err != nil {
		t.Fatal(err)
	}
	if err := c.Signable(); err != nil {
		t.Fatal(err)
	}
	wire, err := json.Marshal(c.Question)
	if err != nil {
		t.Fatal(err)
	}
	question, err := receipt.ParseQuestion(wire)
	if err != nil {
		t.Fatal(err)
	}
	statement := receipt.Statement{
		Type:       receipt.StatementType,
		Question:   question,
		Decision:   receipt.Approved,
		Factors:    []string{"device", "pin"},
		Device:     receipt.DeviceID{ID: "8f14e45f-ceea-467f-a0e6-1f3c5d7b9a24", Key: jwk.Thumbprint()},
		DeviceTime: "2026-03-01T09:31:12.345Z",
	}
	payload, err := statement.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	p.is("payload", string(payload))
	sum := sha256.Sum256(payload)
	p.is("payload hash", hex.EncodeToString(sum[:]))
	if _, err := receipt.Open(p.get("statement"), jwk); err != nil {
		t.Error(err)
	}
	p.is("payload", decodePart(t, p.get("statement"), 1))
	p.is("header", decodePart(t, p.get("statement"), 0))
	mine, err := receipt.Sign(key, statement)
	if err != nil {
		t.Fatal(err)
	}
	if want, _, _ := cutLast(mine); !strings.HasPrefix(p.get("statement"), want+".") {
		t.Error("a new signature is over other bytes than the page's")
	}
}

func cutLast(jws string) (before, after string, found bool) {
	at := strings.LastIndexByte(jws, '.')
	return jws[:at], jws[at+1:], at >= 0
}

func TestThePagesReceiptVerifies(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	data := []byte(p.get("receipt"))
	result, err := receipt.Verify(data, receipt.Options{ServerKey: p.get("server thumbprint")})
	if err != nil {
		t.Fatal(err)
	}
	if result.DeviceKey != p.get("thumbprint") || !result.ServerPinned {
		t.Errorf("result = %+v", result)
	}
	r, err := receipt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	p.is("statement", r.Statement)
	p.is("seal payload", decodePart(t, r.Seal, 1))
}

func TestThePagesProofIsAccepted(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	_, jwk := p.key()
	body := []byte(p.get("link body"))
	proof, err := receipt.ParseProof(p.get("link proof"), "POST", api.PathLinks, body)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 9, 29, 0, 0, time.UTC)
	if proof.Key != jwk || !proof.IssuedAt.Equal(at) || proof.CheckTime(at) != nil {
		t.Errorf("proof = %+v", proof)
	}
	p.is("link proof header", decodePart(t, p.get("link proof"), 0))
	p.is("link proof claims", decodePart(t, p.get("link proof"), 1))
	var link api.LinkRequest
	reader := json.NewDecoder(bytes.NewReader(body))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&link); err != nil || link.Key != api.JWK(jwk) || link.Code == "" {
		t.Errorf("body = %+v, %v", link, err)
	}
}

func TestThePagesHiddenDetailsHaveTheirHash(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	var hidden []receipt.Detail
	if err := json.Unmarshal([]byte(p.get("hidden details")), &hidden); err != nil {
		t.Fatal(err)
	}
	hash, err := receipt.HashHidden(hidden)
	if err != nil {
		t.Fatal(err)
	}
	p.is("hidden details hash", hash)
	if !strings.Contains(p.get("payload"), `"hidden_details_hash":"`+hash+`"`) {
		t.Error("the statement has another hash")
	}
}

func TestThePagesDemandingStatementIsWhatADeviceSigns(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	_, jwk := p.key()
	question, err := receipt.ParseQuestion([]byte(p.get("demanding question")))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := receipt.HashPackages(json.RawMessage(p.get("packages")))
	if err != nil {
		t.Fatal(err)
	}
	p.is("packages hash", hash)
	here := policy.Facts{Methods: []policy.Method{policy.PINCode}, LocationAllowed: true, Location: &policy.Location{Latitude: 52.521, Longitude: 13.405}}
	evidence, failure := question.Policy.Judge(here)
	if failure != "" {
		t.Fatal(failure)
	}
	payload, err := receipt.Statement{
		Type: receipt.StatementType, Question: question, Decision: receipt.Approved, Factors: []string{"device", "pin"},
		Device:     receipt.DeviceID{ID: "8f14e45f-ceea-467f-a0e6-1f3c5d7b9a24", Key: jwk.Thumbprint()},
		DeviceTime: "2026-03-01T10:00:42.000Z", Evidence: &evidence, Packages: hash,
	}.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	p.is("demanding payload", string(payload))
	sum := sha256.Sum256(payload)
	p.is("demanding payload hash", hex.EncodeToString(sum[:]))
	said := answerpackage.New(answerpackage.Answer{
		AuthRequest: question.Challenge, DeviceID: "8f14e45f-ceea-467f-a0e6-1f3c5d7b9a24", ServicePins: []string{"8074", "1234"}, Approved: true,
		Policy: *question.Policy, Evidence: evidence, Device: answerpackage.Capabilities{Supported: answerpackage.DefaultSupported()},
	})
	p.is("newer package", encode(t, said))
	p.is("older package", encode(t, said.Legacy()))
}

func TestThePagesMatchingStatementIsWhatADeviceSigns(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	_, jwk := p.key()
	question, err := receipt.ParseQuestion([]byte(p.get("matching question")))
	if err != nil {
		t.Fatal(err)
	}
	evidence, failure := question.Policy.Judge(policy.Facts{Methods: []policy.Method{policy.PasskeyUnlock}})
	if failure != "" {
		t.Fatal(failure)
	}
	payload, err := receipt.Statement{
		Type: receipt.StatementType, Question: question, Decision: receipt.Approved, Match: "42", Evidence: &evidence, Factors: []string{"device", "passkey"},
		Device:     receipt.DeviceID{ID: "8f14e45f-ceea-467f-a0e6-1f3c5d7b9a24", Key: jwk.Thumbprint()},
		DeviceTime: "2026-03-01T11:00:20.000Z",
	}.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	p.is("matching payload", string(payload))
	sum := sha256.Sum256(payload)
	p.is("matching payload hash", hex.EncodeToString(sum[:]))
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestThePagesPackagesOpen(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	question, err := receipt.ParseQuestion([]byte(p.get("demanding question")))
	if err != nil {
		t.Fatal(err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON([]byte(p.get("recipient private key"))); err != nil {
		t.Fatal(err)
	}
	key, ok := jwk.Key.(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("the recipient's key is a %T", jwk.Key)
	}
	if public, err := receipt.NewRSAJWK(&key.PublicKey); err != nil || public != question.Recipient.Key {
		t.Errorf("it is not the key of the question: %v", err)
	}
	var sealed answerpackage.Packages
	if err := json.Unmarshal([]byte(p.get("packages")), &sealed); err != nil {
		t.Fatal(err)
	}
	full, err := answerpackage.Open(sealed.AuthJWE, func(id string) *rsa.PrivateKey {
		if id != question.Recipient.KeyID {
			t.Errorf("it is encrypted to %s", id)
		}
		return key
	})
	if err != nil {
		t.Fatal(err)
	}
	p.is("newer package", encode(t, full))
	old, err := answerpackage.OpenLegacy(sealed.Auth, key)
	if err != nil {
		t.Fatal(err)
	}
	p.is("older package", encode(t, old))
}

// The page promises to list every code with its status; package api writes
// the status behind each code.
func TestThePageListsEveryErrorWithItsStatus(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	source, err := os.ReadFile(filepath.Join("..", "api", "problem.go"))
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code\w+\s*=\s*"([a-z_]+)"\s*// (\d{3})`).FindAllStringSubmatch(string(source), -1)
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d{3}) \\|").FindAllStringSubmatch(p.text, -1)
	listed := map[string]string{}
	for _, row := range rows {
		listed[row[1]] = row[2]
	}
	for _, code := range codes {
		if listed[code[1]] != code[2] {
			t.Errorf("%s (%s): the page says %q", code[1], code[2], listed[code[1]])
		}
	}
	if len(codes) == 0 || len(codes) != len(rows) {
		t.Errorf("%d codes, %d rows", len(codes), len(rows))
	}
}

func TestThePageListsEveryAddress(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	for _, path := range []string{
		api.PathDevice, api.PathLinks, api.PathPhoneLinks, api.PathPush, api.PathPushKey,
		api.PathChallenges, api.PathChallenge, api.PathChallengeAnswer, api.PathStream, api.PathSessions, api.PathSession,
		strings.Replace(api.PathPhoneLink, "{enrollment}", "{enrollment_id}", 1),
		strings.Replace(api.PathReceipt, "{challenge}", "{challenge_id}", 1),
	} {
		if !strings.Contains(p.text, " "+path+"`") && !strings.Contains(p.text, " "+path+"?") {
			t.Errorf("the page does not mention %s", path)
		}
	}
}

func TestThePagesPasskeyReceiptIsVerified(t *testing.T) {
	t.Parallel()
	p := readPage(t)
	got, err := receipt.Verify([]byte(p.get("passkey receipt")), receipt.Options{ServerKey: p.get("server thumbprint")})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := got.Statement.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	p.is("passkey payload", string(payload))
	p.is("passkey challenge", base64.RawURLEncoding.EncodeToString(receipt.PasskeyChallenge(payload)))
	if k := got.Passkey; k == nil || !k.Verified || !k.Synced || k.Origin != "https://shop.example" || k.RelyingParty != "shop.example" {
		t.Errorf("it shows %+v", k)
	}
}
