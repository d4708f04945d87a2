package passkey_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

var (
	aaguid      = [16]byte{0x2f, 0xc0, 0x57, 0x9f, 0x81, 0x13, 0x47, 0xea, 0xb1, 0x16, 0xbb, 0x5a, 0x8d, 0xb9, 0x20, 0x2a}
	aaguidText  = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
	otherAAGUID = "00112233-4455-6677-8899-aabbccddeeff"
)

func TestModelsAreAllowedOnlyWhenTheyAreProven(t *testing.T) {
	t.Parallel()
	allow := mfa.RelyingParty{AllowAAGUIDs: []string{otherAAGUID, "URN:UUID:" + aaguidText}}
	refused := mfa.ReasonPasskeyRefused
	for _, c := range []struct {
		name     string
		format   string
		party    mfa.RelyingParty
		evidence func(*passkeytest.Evidence)
		nobody   bool // the operator believes nobody
		want     mfa.Reason
	}{
		{name: "packed", format: passkeytest.Packed, party: allow},
		{name: "tpm", format: passkeytest.TPM, party: allow},
		{name: "apple", format: passkeytest.Apple, party: allow},
		{name: "android-key", format: passkeytest.AndroidKey, party: allow},
		{name: "safetynet", format: passkeytest.SafetyNet, party: allow},
		{name: "packed of nobody's", format: passkeytest.Packed, party: allow, nobody: true, want: refused},
		{name: "packed without a model in it", format: passkeytest.Packed, party: allow, evidence: func(e *passkeytest.Evidence) { e.AAGUID = nil }, want: refused},
		{name: "nothing shown", format: passkeytest.None, party: allow, want: refused},
		{name: "signed for itself", format: passkeytest.PackedSelf, party: allow, want: refused},
		{name: "a key that knows no models", format: passkeytest.U2F, party: allow, want: refused},
		{name: "another model", format: passkeytest.Packed, party: mfa.RelyingParty{AllowAAGUIDs: []string{otherAAGUID}}, want: refused},
		{name: "an entry that is none", format: passkeytest.Packed, party: mfa.RelyingParty{AllowAAGUIDs: []string{"any"}}, want: refused},
		{name: "a denied model by its own word", format: passkeytest.None, party: mfa.RelyingParty{DenyAAGUIDs: []string{aaguidText}}, want: refused},
		{name: "denied and allowed", format: passkeytest.Packed, party: mfa.RelyingParty{AllowAAGUIDs: []string{aaguidText}, DenyAAGUIDs: []string{aaguidText}}, want: refused},
		{name: "another one denied", format: passkeytest.None, party: mfa.RelyingParty{DenyAAGUIDs: []string{otherAAGUID}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := begin(t, passkeytest.Options{Format: c.format, AAGUID: aaguid, BendEvidence: c.evidence, Algorithms: []int64{passkeytest.ES256}})
			if c.nobody {
				x.factor = passkey.New(passkey.Config{Now: clock})
			}
			x.expect.RelyingParty.AllowAAGUIDs, x.expect.RelyingParty.DenyAAGUIDs = c.party.AllowAAGUIDs, c.party.DenyAAGUIDs
			_, _, err := x.factor.Register(x.expect, x.create(t))
			if got := reason(t, err); got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestFormatsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]mfa.Reason{passkeytest.None: mfa.ReasonPasskeyRefused, passkeytest.Packed: "", passkeytest.TPM: mfa.ReasonPasskeyRefused} {
		c := begin(t, passkeytest.Options{Format: format, Algorithms: []int64{passkeytest.ES256}, Seed: format})
		c.expect.RelyingParty.Formats = []string{"fido-u2f", "packed"}
		_, _, err := c.factor.Register(c.expect, c.create(t))
		if got := reason(t, err); got != want {
			t.Errorf("%s: got %q, %v", format, got, err)
		}
	}
}

func TestAFormatNobodyKnowsCountsForNothingWhereNothingWasAsked(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	made := c.create(t)
	made.Attestation = bytes.Replace(made.Attestation, []byte("dnone"), []byte("dnova"), 1)
	for preference, want := range map[string]mfa.Reason{"": "", "none": "", "indirect": mfa.ReasonPasskeyAttestation, "direct": mfa.ReasonPasskeyAttestation} {
		c.expect.RelyingParty.Attestation = preference
		data, _, err := c.factor.Register(c.expect, made)
		if got := reason(t, err); got != want {
			t.Errorf("%q: got %q, %v", preference, got, err)
		}
		if err == nil && (data.Format != "nova" || data.Trust != "none") {
			t.Errorf("%q: registered %+v", preference, data)
		}
	}
}

func TestSyncedPasskeysAreToldAndCanBeRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []passkeytest.Options{{}, {BackupEligible: true}, {BackedUp: true}} {
		o.Seed = "synced"
		c := begin(t, o)
		data, counter := c.register(t)
		if data.BackupEligible != (o.BackupEligible || o.BackedUp) || data.BackedUp != o.BackedUp {
			t.Errorf("%+v: registered %+v", o, data)
		}
		use, err := c.factor.Assert(c.expect, data, counter, c.get(t, data))
		if err != nil || use.BackedUp != o.BackedUp {
			t.Errorf("got %+v, %v", use, err)
		}
		c.expect.RelyingParty.DenySynced = true
		want := mfa.Reason("")
		if data.BackupEligible {
			want = mfa.ReasonPasskeyRefused
		}
		if _, _, err := c.factor.Register(c.expect, c.create(t)); reason(t, err) != want {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestUserVerificationIsDemandedUnlessSomebodySaysOtherwise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		party, ceremony string
		want            mfa.Reason
	}{
		{"", "", mfa.ReasonPasskeyVerification},
		{"required", "", mfa.ReasonPasskeyVerification},
		{"preferred", "required", mfa.ReasonPasskeyVerification},
		{"nonsense", "", mfa.ReasonPasskeyVerification},
		{"preferred", "", ""},
		{"discouraged", "", ""},
		{"required", "preferred", ""},
	} {
		x := begin(t, passkeytest.Options{NotVerified: true})
		x.expect.RelyingParty.UserVerification, x.expect.UserVerification = c.party, c.ceremony
		data, _, err := x.factor.Register(x.expect, x.create(t))
		if got := reason(t, err); got != c.want || data.UserVerified {
			t.Errorf("%q, %q: got %q, %v", c.party, c.ceremony, got, err)
		}
	}
}

func TestRelatedOriginsAndAppsAreOriginsToo(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"https://shop.example.org", "android:apk-key-hash:qPkyD3-BJ1xOPKE5L4Vy"} {
		c := begin(t, passkeytest.Options{Bend: func(d *passkeytest.Draft) { d.Origin = from }})
		c.expect.RelyingParty.RelatedOrigins = []string{"https://shop.example.org"}
		c.expect.RelyingParty.Origins = append(c.expect.RelyingParty.Origins, "android:apk-key-hash:qPkyD3-BJ1xOPKE5L4Vy")
		c.register(t)
	}
}

func TestOfTransportsOnlyKnownOnesAreKept(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	made := c.create(t)
	for want, told := range map[string][]string{
		"": nil, "internal usb": {"usb", "usb", "carrier-pigeon", "internal"},
		"hybrid": append([]string{"hybrid"}, slices.Repeat([]string{"x"}, 1000)...),
	} {
		made.Transports = told
		data, _, err := c.factor.Register(c.expect, made)
		if got := bytes.Join(fields(data.Transports), []byte(" ")); err != nil || string(got) != want {
			t.Errorf("%q: %v", got, err)
		}
	}
}

func fields(texts []string) [][]byte {
	var out [][]byte
	for _, text := range texts {
		out = append(out, []byte(text))
	}
	return out
}

func TestTheCounterMustGrowWhereItCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stored int64
		told   uint32
		back   bool
	}{{0, 0, false}, {0, 1, false}, {1, 2, false}, {1, 1 << 31, false}, {1, 0, true}, {5, 5, true}, {5, 4, true}, {1 << 32, 1<<32 - 1, true}} {
		x := begin(t, passkeytest.Options{})
		data, _ := x.register(t)
		x.authenticator.Bend = func(d *passkeytest.Draft) { d.Counter = c.told }
		use, err := x.factor.Assert(x.expect, data, c.stored, x.get(t, data))
		if err != nil || use.CounterWentBack != c.back || use.Counter != int64(c.told) {
			t.Errorf("%d after %d: got %+v, %v", c.told, c.stored, use, err)
		}
	}
}

func TestAnAssertionFitsItsPasskeyOnly(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	data, counter := c.register(t)
	other, _ := c.register(t)
	answer := c.get(t, data)
	for name, spoil := range map[string]struct {
		passkey func(*mfa.PasskeyData)
		answer  func(*mfa.PasskeyAssertion)
		want    mfa.Reason
	}{
		"nothing":                         {want: ""},
		"no user handle":                  {answer: func(a *mfa.PasskeyAssertion) { a.UserHandle = nil }, want: ""},
		"another's user handle":           {answer: func(a *mfa.PasskeyAssertion) { a.UserHandle = []byte("other") }, want: mfa.ReasonPasskeyCredential},
		"an empty user handle":            {answer: func(a *mfa.PasskeyAssertion) { a.UserHandle = []byte{} }, want: mfa.ReasonPasskeyCredential},
		"another credential's id":         {answer: func(a *mfa.PasskeyAssertion) { a.CredentialID = other.CredentialID }, want: mfa.ReasonPasskeyCredential},
		"another credential's key":        {passkey: func(d *mfa.PasskeyData) { d.PublicKey, d.Algorithm = other.PublicKey, other.Algorithm }, want: mfa.ReasonPasskeySignature},
		"no id at all":                    {passkey: func(d *mfa.PasskeyData) { d.CredentialID = nil }, answer: func(a *mfa.PasskeyAssertion) { a.CredentialID = nil }, want: mfa.ReasonPasskeyCredential},
		"another relying party's passkey": {passkey: func(d *mfa.PasskeyData) { d.RPID = "other.example" }, want: mfa.ReasonPasskeyRPID},
		"a passkey that was synced":       {passkey: func(d *mfa.PasskeyData) { d.BackupEligible = true }, want: mfa.ReasonPasskeyCredential},
		"a byte of the signature":         {answer: func(a *mfa.PasskeyAssertion) { a.Signature[len(a.Signature)-1] ^= 1 }, want: mfa.ReasonPasskeySignature},
		"a byte after the signature":      {answer: func(a *mfa.PasskeyAssertion) { a.Signature = append(a.Signature, 0) }, want: mfa.ReasonPasskeySignature},
		"no signature":                    {answer: func(a *mfa.PasskeyAssertion) { a.Signature = nil }, want: mfa.ReasonPasskeySignature},
		"a huge signature":                {answer: func(a *mfa.PasskeyAssertion) { a.Signature = make([]byte, 1<<20) }, want: mfa.ReasonPasskeyMalformed},
		"huge authenticator data":         {answer: func(a *mfa.PasskeyAssertion) { a.AuthenticatorData = make([]byte, 1<<20) }, want: mfa.ReasonPasskeyMalformed},
		"no authenticator data":           {answer: func(a *mfa.PasskeyAssertion) { a.AuthenticatorData = nil }, want: mfa.ReasonPasskeyMalformed},
		"a flag that was not signed":      {answer: func(a *mfa.PasskeyAssertion) { a.AuthenticatorData[36]++ }, want: mfa.ReasonPasskeySignature},
	} {
		d, a := data, answer
		a.Signature, a.AuthenticatorData = slices.Clone(a.Signature), slices.Clone(a.AuthenticatorData)
		if spoil.passkey != nil {
			spoil.passkey(&d)
		}
		if spoil.answer != nil {
			spoil.answer(&a)
		}
		_, err := c.factor.Assert(c.expect, d, counter, a)
		if got := reason(t, err); got != spoil.want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestARegistrationNamesTheCredentialThatWasMade(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	made := c.create(t)
	made.CredentialID = append(slices.Clone(made.CredentialID), 0)
	if _, _, err := c.factor.Register(c.expect, made); reason(t, err) != mfa.ReasonPasskeyCredential {
		t.Error(err)
	}
}

func TestWhatWeBrokeOurselvesIsOurFault(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	data, counter := c.register(t)
	answer := c.get(t, data)
	broken, renamed := data, data
	broken.PublicKey = nil
	renamed.Algorithm = passkeytest.RS256
	for name, d := range map[string]mfa.PasskeyData{"a key that is none": broken, "a key of another algorithm": renamed} {
		if _, err := c.factor.Assert(c.expect, d, counter, answer); !mfa.IsCode(err, mfa.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.expect.Challenge = nil
	if _, err := c.factor.Assert(c.expect, data, counter, answer); !mfa.IsCode(err, mfa.Internal) {
		t.Errorf("no challenge: %v", err)
	}
}

func TestTheRulesOfTodayHoldForPasskeysOfYesterday(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		format string
		synced bool
		party  mfa.RelyingParty
		want   mfa.Reason
	}{
		{name: "a proven model that is allowed", format: passkeytest.Packed, party: mfa.RelyingParty{AllowAAGUIDs: []string{aaguidText}}},
		{name: "a model that nothing proved", format: passkeytest.None, party: mfa.RelyingParty{AllowAAGUIDs: []string{aaguidText}}, want: mfa.ReasonPasskeyRefused},
		{name: "another model", format: passkeytest.Packed, party: mfa.RelyingParty{AllowAAGUIDs: []string{otherAAGUID}}, want: mfa.ReasonPasskeyRefused},
		{name: "a denied model", format: passkeytest.None, party: mfa.RelyingParty{DenyAAGUIDs: []string{aaguidText}}, want: mfa.ReasonPasskeyRefused},
		{name: "a synced one", format: passkeytest.None, synced: true, party: mfa.RelyingParty{DenySynced: true}, want: mfa.ReasonPasskeyRefused},
		{name: "one bound to its device", format: passkeytest.None, party: mfa.RelyingParty{DenySynced: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := begin(t, passkeytest.Options{Format: c.format, AAGUID: aaguid, BackupEligible: c.synced, Algorithms: []int64{passkeytest.ES256}})
			data, counter := x.register(t)
			x.expect.RelyingParty.AllowAAGUIDs, x.expect.RelyingParty.DenyAAGUIDs = c.party.AllowAAGUIDs, c.party.DenyAAGUIDs
			x.expect.RelyingParty.DenySynced = c.party.DenySynced
			_, err := x.factor.Assert(x.expect, data, counter, x.get(t, data))
			if got := reason(t, err); got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
