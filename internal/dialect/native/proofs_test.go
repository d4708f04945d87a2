package native_test

import (
	"crypto/ecdsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

func TestAProofIsForOneRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550201").Link()
	now := d.Clock.Now()
	good := func() string { return d.proof(phone.Key, http.MethodGet, api.PathChallenges, "", now) }
	get := func(target, body string, proofs ...string) answer {
		return d.do(request{method: http.MethodGet, target: target, body: body, header: http.Header{"Dpop": proofs}})
	}
	for what, try := range map[string]struct {
		answer answer
		code   string
	}{
		"no proof":       {get(api.PathChallenges, ""), api.CodeProofMissing},
		"an empty proof": {get(api.PathChallenges, "", ""), api.CodeProofInvalid},
		"two proofs":     {get(api.PathChallenges, "", good(), good()), api.CodeProofMissing},
		"no JWS":         {get(api.PathChallenges, "", "nonsense"), api.CodeProofInvalid},
		"a cut proof":    {get(api.PathChallenges, "", good()[:200]), api.CodeProofInvalid},
		"a long proof":   {get(api.PathChallenges, "", good()+strings.Repeat("A", receipt.MaxProof)), api.CodeProofInvalid},
		"another method": {d.do(request{method: http.MethodDelete, target: api.PathDevice, header: http.Header{
			"Dpop": {d.proof(phone.Key, http.MethodGet, api.PathDevice, "", now)},
		}}), api.CodeProofInvalid},
		"another path":     {get(api.PathDevice, "", good()), api.CodeProofInvalid},
		"another query":    {get(api.PathChallenges+"?state=all", "", good()), api.CodeProofInvalid},
		"an empty query":   {get(api.PathChallenges+"?", "", good()), api.CodeProofInvalid},
		"a body":           {get(api.PathChallenges, "{}", good()), api.CodeProofInvalid},
		"a statement":      {get(api.PathChallenges, "", statementOf(t, d)), api.CodeProofInvalid},
		"a key unlinked":   {d.do(request{method: http.MethodGet, target: api.PathDevice, sign: strange(d)}), api.CodeDeviceUnknown},
		"a key it is not":  {get(api.PathChallenges, "", swapped(d, good())), api.CodeProofInvalid},
		"too early":        {get(api.PathChallenges, "", d.proof(phone.Key, http.MethodGet, api.PathChallenges, "", now.Add(-mfa.ProofWindow-2*time.Second))), api.CodeProofTime},
		"out of a future":  {get(api.PathChallenges, "", d.proof(phone.Key, http.MethodGet, api.PathChallenges, "", now.Add(mfa.ProofWindow+2*time.Second))), api.CodeProofTime},
		"an unknown claim": {get(api.PathChallenges, "", "e30.e30."), api.CodeProofInvalid},
	} {
		p := refused(t, what, try.answer, http.StatusUnauthorized, try.code)
		if (p.ServerTime != "") != (try.code == api.CodeProofTime) || p.ServerTime != "" && p.ServerTime != receipt.FormatTime(now) {
			t.Errorf("%s: the server's time is given as %q", what, p.ServerTime)
		}
	}
	if a := get(api.PathChallenges, "", good()); a.status != http.StatusOK {
		t.Errorf("the honest request: %d %s", a.status, a.body)
	}
}

func statementOf(t *testing.T, d *desk) string {
	t.Helper()
	ann := d.Register("4155550202")
	phone := ann.Link()
	return phone.Statement(ann.Ask("?"), receipt.Approved, nil)
}

// strange is a key that is linked nowhere.
func strange(d *desk) *ecdsa.PrivateKey {
	key, _ := d.newKey()
	return key
}

// swapped puts another proof's signature under a proof.
func swapped(d *desk, proof string) string {
	key, _ := d.newKey()
	other := d.proof(key, http.MethodGet, api.PathChallenges, "", d.Clock.Now())
	return proof[:strings.LastIndexByte(proof, '.')] + other[strings.LastIndexByte(other, '.'):]
}

func TestABodyIsBoundByTheProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550203")
	key, public := d.newKey()
	body := d.json(api.LinkRequest{Code: d.linkCode(ann), Name: "phone", Platform: "cli", Key: public})
	proof := d.proof(key, http.MethodPost, api.PathLinks, body, d.Clock.Now())
	for what, changed := range map[string]string{
		"another name": strings.Replace(body, "phone", "laptop", 1), "a space more": body + " ", "nothing": "",
	} {
		a := d.do(request{method: http.MethodPost, target: api.PathLinks, body: changed, header: http.Header{"Dpop": {proof}}})
		refused(t, what, a, http.StatusUnauthorized, api.CodeProofInvalid)
	}
	a := d.do(request{method: http.MethodPost, target: api.PathLinks, body: body, header: http.Header{"Dpop": {proof}}})
	if a.status != http.StatusOK {
		t.Errorf("the signed body: %d %s", a.status, a.body)
	}
}

func TestAProofWorksOnceOnEveryRoute(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550204")
	phone := ann.Link()
	fresh, public := d.newKey()
	for what, r := range map[string]request{
		"a linked key": {method: http.MethodGet, target: api.PathDevice, sign: phone.Key},
		"a new key": {method: http.MethodPost, target: api.PathLinks, sign: fresh, body: d.json(api.LinkRequest{
			Code: d.linkCode(ann), Name: "phone", Platform: "cli", Key: public,
		})},
		"a phone link": {method: http.MethodPost, target: api.PathPhoneLinks, sign: fresh, body: `{"phone":"+14155550204","name":"x","platform":"cli"}`},
	} {
		r.header = http.Header{"Dpop": {d.proof(r.sign, r.method, r.target, r.body, d.Clock.Now())}}
		r.sign = nil
		if a := d.do(r); a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", what, a.status, a.body)
		}
		refused(t, what, d.do(r), http.StatusUnauthorized, api.CodeProofReplayed)
		d.Clock.Advance(mfa.ProofWindow / 2)
		refused(t, what+" a minute later", d.do(r), http.StatusUnauthorized, api.CodeProofReplayed)
	}
}

func TestAPathMayHoldEscapedIds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550205").Link()
	for _, id := range []string{"a%2Fb", "%2e%2e", "%C3%A9", "a+b", strings.Repeat("x", 2000)} {
		a := d.get(phone, strings.Replace(api.PathChallenge, "{id}", id, 1))
		refused(t, id, a, http.StatusNotFound, api.CodeChallengeUnknown)
	}
	refused(t, "a zero byte", d.get(phone, strings.Replace(api.PathChallenge, "{id}", "%00", 1)), http.StatusBadRequest, api.CodeInvalidRequest)
}
