package passkey_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

var update = flag.Bool("update", false, "write testdata/vectors anew")

// vector is a registration that was kept, with what has to be answered to it.
type vector struct {
	Name       string     `json:"name"`
	Anchor     []byte     `json:"anchor"` // DER of the root that is believed
	RPID       string     `json:"rp_id"`
	Origin     string     `json:"origin"`
	Time       time.Time  `json:"time"`
	Challenge  mfa.Octets `json:"challenge"`
	Credential mfa.Octets `json:"credential_id"`
	ClientData string     `json:"client_data"`
	Object     []byte     `json:"attestation_object"`
	Refused    mfa.Reason `json:"refused,omitempty"`
	Trust      string     `json:"trust,omitempty"`
	AAGUID     string     `json:"aaguid,omitempty"`
}

// spoilt is an attestation with something wrong in it, or nothing.
type spoilt struct {
	name    string
	options passkeytest.Options
	draft   func(*passkeytest.Draft)
	bend    func(*passkeytest.Evidence)
	refused mfa.Reason
	trust   string
}

const attestation = mfa.ReasonPasskeyAttestation

// always is spoilt in every format alike.
func always() []spoilt {
	return []spoilt{
		{name: "another challenge", draft: func(d *passkeytest.Draft) { d.Challenge = b64([]byte("another challenge, of 32 bytes!!")) }, refused: mfa.ReasonPasskeyChallenge},
		{name: "another origin", draft: func(d *passkeytest.Draft) { d.Origin = "https://evil.example" }, refused: mfa.ReasonPasskeyOrigin},
		{name: "another relying party", draft: func(d *passkeytest.Draft) { d.RPID = "evil.example" }, refused: mfa.ReasonPasskeyRPID},
	}
}

// certified is spoilt in every format with a chain that the authenticator's maker signs.
func certified() []spoilt {
	return []spoilt{
		{name: "an expired certificate", bend: func(e *passkeytest.Evidence) { e.NotAfter = now.Add(-time.Hour) }, refused: attestation},
		{name: "a certificate of tomorrow", bend: func(e *passkeytest.Evidence) { e.NotBefore = now.AddDate(90, 0, 0) }, refused: attestation},
		{name: "a certificate that is none", bend: func(e *passkeytest.Evidence) { e.Certificates = [][]byte{[]byte("none")} }, refused: attestation},
		{name: "no certificate", bend: func(e *passkeytest.Evidence) { e.Certificates = [][]byte{} }, refused: attestation},
		{name: "a stranger's chain", options: passkeytest.Options{Authority: stranger()}, trust: "unanchored"},
	}
}

func stranger() *passkeytest.Authority {
	a, err := passkeytest.NewAuthority("stranger")
	if err != nil {
		panic(err)
	}
	return a
}

func other(e *passkeytest.Evidence) { e.Message = append([]byte{0}, e.Message...) }

// cases are the vectors of a format.
func cases(format string) []spoilt {
	right := func(trust string) []spoilt { return append([]spoilt{{name: "right", trust: trust}}, always()...) }
	withChain := func(trust string) []spoilt { return append(right(trust), certified()...) }
	switch format {
	case passkeytest.None:
		return right("none")
	case passkeytest.PackedSelf:
		return append(
			right("self"),
			spoilt{name: "right, by EdDSA", options: passkeytest.Options{Algorithms: []int64{passkeytest.EdDSA}}, trust: "self"},
			spoilt{name: "right, by ES384", options: passkeytest.Options{Algorithms: []int64{passkeytest.ES384}}, trust: "self"},
			spoilt{name: "right, by RS256", options: passkeytest.Options{Algorithms: []int64{passkeytest.RS256}}, trust: "self"},
			spoilt{name: "another message", bend: other, refused: attestation},
			spoilt{name: "another algorithm", bend: func(e *passkeytest.Evidence) { e.Algorithm = passkeytest.ES384 }, refused: attestation},
		)
	case passkeytest.Packed:
		return append(withChain("basic"), packedCases()...)
	case passkeytest.U2F:
		return append(
			withChain("basic"),
			spoilt{name: "another message", bend: other, refused: attestation},
			spoilt{name: "two certificates", bend: func(e *passkeytest.Evidence) { e.Certificates = [][]byte{stranger().Issuing.Raw, stranger().Root.Raw} }, refused: attestation},
		)
	case passkeytest.Apple:
		return append(
			withChain("anonca"),
			spoilt{name: "another nonce", bend: func(e *passkeytest.Evidence) { e.Nonce = make([]byte, 32) }, refused: attestation},
			spoilt{name: "no nonce", bend: func(e *passkeytest.Evidence) { e.Nonce = nil }, refused: attestation},
			spoilt{name: "another key", bend: func(e *passkeytest.Evidence) { e.Key = stranger().Root.PublicKey }, refused: attestation},
		)
	case passkeytest.AndroidKey:
		return append(withChain("basic"), androidCases()...)
	case passkeytest.SafetyNet:
		return append(withChain("basic"), safetyNetCases()...)
	case passkeytest.TPM:
		return append(withChain("attca"), tpmCases()...)
	}
	return nil
}

func packedCases() []spoilt {
	subject := func(change func(*pkix.Name)) func(*passkeytest.Evidence) {
		return func(e *passkeytest.Evidence) { change(&e.Subject) }
	}
	return []spoilt{
		{name: "right, without the model in the certificate", bend: func(e *passkeytest.Evidence) { e.AAGUID = nil }, trust: "basic"},
		{name: "another message", bend: other, refused: attestation},
		{name: "another model in the certificate", bend: func(e *passkeytest.Evidence) { e.AAGUID = make([]byte, 16) }, refused: attestation},
		{name: "the model in a critical extension", bend: func(e *passkeytest.Evidence) { e.Critical = true }, refused: attestation},
		{name: "another algorithm", bend: func(e *passkeytest.Evidence) { e.Algorithm = passkeytest.ES384 }, refused: attestation},
		{name: "an algorithm nobody knows", bend: func(e *passkeytest.Evidence) { e.Algorithm = -65535 }, refused: attestation},
		{name: "an authority's certificate", bend: func(e *passkeytest.Evidence) { e.IsCA = true }, refused: attestation},
		{name: "no country", bend: subject(func(n *pkix.Name) { n.Country = nil }), refused: attestation},
		{name: "another unit", bend: subject(func(n *pkix.Name) { n.OrganizationalUnit = []string{"Sales"} }), refused: attestation},
		{name: "a link that does not hold", bend: func(e *passkeytest.Evidence) {
			e.Chain = func(c [][]byte) [][]byte { return [][]byte{c[0], stranger().Issuing.Raw} }
		}, refused: attestation},
		{name: "a chain of nine", bend: func(e *passkeytest.Evidence) {
			e.Chain = func(c [][]byte) [][]byte { return append(c, slices.Repeat(c[1:], 7)...) }
		}, refused: attestation},
	}
}

func androidCases() []spoilt {
	return []spoilt{
		{name: "another message", bend: other, refused: attestation},
		{name: "another algorithm", bend: func(e *passkeytest.Evidence) { e.Algorithm = passkeytest.ES384 }, refused: attestation},
		{name: "another key", bend: func(e *passkeytest.Evidence) { e.Key = stranger().Root.PublicKey }, refused: attestation},
		{name: "described for another ceremony", bend: func(e *passkeytest.Evidence) { e.Challenge = make([]byte, 32) }, refused: attestation},
		{name: "open to all applications", bend: func(e *passkeytest.Evidence) { e.AllApplications = true }, refused: attestation},
		{name: "imported", bend: func(e *passkeytest.Evidence) { e.Origin = 2 }, refused: attestation},
		{name: "for encryption", bend: func(e *passkeytest.Evidence) { e.Purpose = 0 }, refused: attestation},
		{name: "in software", bend: func(e *passkeytest.Evidence) { e.SoftwareOnly = true }, refused: attestation},
	}
}

func safetyNetCases() []spoilt {
	return []spoilt{
		{name: "another nonce", bend: func(e *passkeytest.Evidence) { e.Nonce = make([]byte, 32) }, refused: attestation},
		{name: "another host", bend: func(e *passkeytest.Evidence) { e.Host = "attest.evil.example" }, refused: attestation},
		{name: "an old answer", bend: func(e *passkeytest.Evidence) { e.Time = now.Add(-time.Hour) }, refused: attestation},
		{name: "an answer of tomorrow", bend: func(e *passkeytest.Evidence) { e.Time = now.Add(time.Hour) }, refused: attestation},
		{name: "a phone that was changed", bend: func(e *passkeytest.Evidence) { e.CTSMatch = false }, refused: attestation},
		{name: "a version that is none", bend: func(e *passkeytest.Evidence) { e.Version = "x" }, refused: attestation},
	}
}

func tpmCases() []spoilt {
	return []spoilt{
		{name: "right, by RS256", options: passkeytest.Options{Algorithms: []int64{passkeytest.RS256}}, trust: "attca"},
		{name: "not made by a TPM", bend: func(e *passkeytest.Evidence) { e.Magic++ }, refused: attestation},
		{name: "another kind of statement", bend: func(e *passkeytest.Evidence) { e.Type = 0x8018 }, refused: attestation},
		{name: "about another ceremony", bend: func(e *passkeytest.Evidence) { e.ExtraData = make([]byte, 32) }, refused: attestation},
		{name: "about another key", bend: func(e *passkeytest.Evidence) { e.Name = append([]byte{0, 11}, make([]byte, 32)...) }, refused: attestation},
		{name: "with another key", bend: func(e *passkeytest.Evidence) { e.PubArea[len(e.PubArea)-1] ^= 1 }, refused: attestation},
		{name: "with a key cut off", bend: func(e *passkeytest.Evidence) { e.PubArea = e.PubArea[:20] }, refused: attestation},
		{name: "another algorithm", bend: func(e *passkeytest.Evidence) { e.Algorithm = passkeytest.ES384 }, refused: attestation},
		{name: "another model in the certificate", bend: func(e *passkeytest.Evidence) { e.AAGUID = make([]byte, 16) }, refused: attestation},
		{name: "TPM 1.2", bend: func(e *passkeytest.Evidence) { e.Version = "1.2" }, refused: attestation},
		{name: "a certificate for something else", bend: func(e *passkeytest.Evidence) { e.Usage = "1.3.6.1.5.5.7.3.1" }, refused: attestation},
		{name: "a certificate with a subject", bend: func(e *passkeytest.Evidence) { e.Subject.CommonName = "TPM" }, refused: attestation},
		{name: "a maker nobody knows", bend: func(e *passkeytest.Evidence) { e.Manufacturer = "id:00000000" }, refused: attestation},
		{name: "an authority's certificate", bend: func(e *passkeytest.Evidence) { e.IsCA = true }, refused: attestation},
	}
}

// make lets the authenticator answer as the case says. Whatever is bent, equal cases give equal bytes.
func (s spoilt) make(t *testing.T, format string) vector {
	t.Helper()
	o := s.options
	o.Format, o.Seed, o.AAGUID, o.Bend, o.BendEvidence = format, format+": "+s.name, aaguid, s.draft, s.bend
	if o.Algorithms == nil {
		o.Algorithms = []int64{passkeytest.ES256}
	}
	anchor, from := authority(t), o.Authority
	c := begin(t, o)
	if from != nil {
		c.authenticator.Authority = from
	}
	made := c.create(t)
	v := vector{
		Name: s.name, Anchor: anchor.Root.Raw, RPID: rpID, Origin: origin, Time: now, Challenge: c.expect.Challenge,
		Credential: made.CredentialID, ClientData: string(made.ClientData), Object: made.Attestation, Refused: s.refused, Trust: s.trust,
	}
	switch {
	case s.refused != "":
	case format == passkeytest.U2F:
		v.AAGUID = "00000000-0000-0000-0000-000000000000"
	default:
		v.AAGUID = aaguidText
	}
	return v
}

func vectorFile(format string) string { return filepath.Join("testdata", "vectors", format+".json") }

// TestVectorsStayAsTheyAre makes every vector anew and compares with what was kept.
func TestVectorsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, format := range passkeytest.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var all []vector
			for _, s := range cases(format) {
				all = append(all, s.make(t, format))
			}
			made, err := json.MarshalIndent(all, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, '\n')
			if *update {
				if err := os.WriteFile(vectorFile(format), made, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(vectorFile(format))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(made, kept) {
				t.Error("the authenticator makes other bytes than it did: run with -update if that is meant")
			}
		})
	}
}

// TestVectors reads what was kept and knows nothing of how it was made.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, format := range passkeytest.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			for _, v := range readVectors(t, format) {
				v.check(t)
			}
		})
	}
}

func readVectors(t testing.TB, format string) []vector {
	t.Helper()
	raw, err := os.ReadFile(vectorFile(format))
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", format, err)
	}
	return all
}

func (v vector) check(t *testing.T) {
	t.Helper()
	factor := passkey.New(passkey.Config{Now: func() time.Time { return v.Time }, Anchors: pool(t, v.Anchor)})
	data, _, err := factor.Register(mfa.PasskeyExpectation{
		RelyingParty: mfa.RelyingParty{ID: v.RPID, Origins: []string{v.Origin}, Attestation: "direct", UserVerification: "preferred"},
		Challenge:    v.Challenge, Algorithms: everything,
	}, mfa.PasskeyRegistration{CredentialID: v.Credential, ClientData: []byte(v.ClientData), Attestation: v.Object})
	if got := reason(t, err); got != v.Refused || data.Trust != v.Trust || data.AAGUID != v.AAGUID {
		t.Errorf("%s: got %q, %q, %q, %v", v.Name, got, data.Trust, data.AAGUID, err)
	}
}
