package passkey_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

// clientDataOf is a complete client data JSON with something in place of the challenge's member or after the last.
func clientDataOf(kind, rest string) []byte {
	return []byte(`{"type":"` + kind + `","origin":"` + origin + `",` + rest + `}`)
}

// bent are lies that concern registrations and assertions alike.
func bent(c *ceremony, kind string) map[string]struct {
	bend func(*passkeytest.Draft)
	want mfa.Reason
} {
	challenge := `"challenge":"` + b64(c.expect.Challenge) + `"`
	client := func(rest string) func(*passkeytest.Draft) {
		return func(d *passkeytest.Draft) { d.ClientData = clientDataOf(kind, rest) }
	}
	from := func(o string) func(*passkeytest.Draft) { return func(d *passkeytest.Draft) { d.Origin = o } }
	type lie = struct {
		bend func(*passkeytest.Draft)
		want mfa.Reason
	}
	return map[string]lie{
		"nothing":                       {func(*passkeytest.Draft) {}, ""},
		"client data of their order":    {client(challenge), ""},
		"a member nobody knows":         {client(challenge + `,"new":{"a":[1,2]}`), ""},
		"another page of the party":     {from("https://pay.shop.example"), ""},
		"a frame in a page of its own":  {func(d *passkeytest.Draft) { d.CrossOrigin, d.TopOrigin = true, "https://pay.shop.example" }, ""},
		"another type":                  {func(d *passkeytest.Draft) { d.Type = "payment.get" }, mfa.ReasonPasskeyType},
		"the type in capitals":          {func(d *passkeytest.Draft) { d.Type = strings.ToUpper(d.Type) }, mfa.ReasonPasskeyType},
		"another challenge":             {func(d *passkeytest.Draft) { d.Challenge = b64([]byte("another challenge, of 32 bytes!!")) }, mfa.ReasonPasskeyChallenge},
		"a padded challenge":            {func(d *passkeytest.Draft) { d.Challenge += "=" }, mfa.ReasonPasskeyChallenge},
		"no challenge":                  {func(d *passkeytest.Draft) { d.Challenge = "" }, mfa.ReasonPasskeyChallenge},
		"another origin":                {from("https://evil.example"), mfa.ReasonPasskeyOrigin},
		"a subdomain":                   {from("https://x.shop.example"), mfa.ReasonPasskeyOrigin},
		"an origin without encryption":  {from("http://shop.example"), mfa.ReasonPasskeyOrigin},
		"an origin with a port":         {from("https://shop.example:443"), mfa.ReasonPasskeyOrigin},
		"an origin with a slash":        {from("https://shop.example/"), mfa.ReasonPasskeyOrigin},
		"an origin in capitals":         {from("https://SHOP.example"), mfa.ReasonPasskeyOrigin},
		"an origin as a prefix":         {from("https://shop.example.evil.example"), mfa.ReasonPasskeyOrigin},
		"an app nobody named":           {from("android:apk-key-hash:AAAA"), mfa.ReasonPasskeyOrigin},
		"a frame in a strange page":     {func(d *passkeytest.Draft) { d.CrossOrigin, d.TopOrigin = true, "https://evil.example" }, mfa.ReasonPasskeyOrigin},
		"a frame in who knows what":     {func(d *passkeytest.Draft) { d.CrossOrigin = true }, mfa.ReasonPasskeyOrigin},
		"a page around that is none":    {func(d *passkeytest.Draft) { d.TopOrigin = origin }, mfa.ReasonPasskeyMalformed},
		"another relying party":         {func(d *passkeytest.Draft) { d.RPID = "evil.example" }, mfa.ReasonPasskeyRPID},
		"nobody there":                  {func(d *passkeytest.Draft) { d.Flags &^= passkeytest.Present }, mfa.ReasonPasskeyPresence},
		"nobody verified":               {func(d *passkeytest.Draft) { d.Flags &^= passkeytest.Verified }, mfa.ReasonPasskeyVerification},
		"backed up, and may not be":     {func(d *passkeytest.Draft) { d.Flags |= passkeytest.BackedUp }, mfa.ReasonPasskeyMalformed},
		"something after the data":      {func(d *passkeytest.Draft) { d.Trailing = []byte{0} }, mfa.ReasonPasskeyMalformed},
		"extensions announced":          {func(d *passkeytest.Draft) { d.Flags |= passkeytest.Extended }, mfa.ReasonPasskeyMalformed},
		"extensions that are no CBOR":   {func(d *passkeytest.Draft) { d.Flags |= passkeytest.Extended; d.Extensions = []byte{0xff} }, mfa.ReasonPasskeyMalformed},
		"extensions of a known kind":    {func(d *passkeytest.Draft) { d.Flags |= passkeytest.Extended; d.Extensions = credProtect() }, ""},
		"client data that is no JSON":   {func(d *passkeytest.Draft) { d.ClientData = []byte("{") }, mfa.ReasonPasskeyMalformed},
		"client data that is a list":    {func(d *passkeytest.Draft) { d.ClientData = []byte("[]") }, mfa.ReasonPasskeyMalformed},
		"client data that is empty":     {func(d *passkeytest.Draft) { d.ClientData = []byte{} }, mfa.ReasonPasskeyMalformed},
		"client data of two objects":    {func(d *passkeytest.Draft) { d.ClientData = append(clientDataOf(kind, challenge), "{}"...) }, mfa.ReasonPasskeyMalformed},
		"client data that is too long":  {client(challenge + `,"x":"` + strings.Repeat("x", 9000) + `"`), mfa.ReasonPasskeyMalformed},
		"client data not in UTF-8":      {client(challenge + ",\"x\":\"\xff\""), mfa.ReasonPasskeyMalformed},
		"client data with two types":    {client(challenge + `,"type":"` + kind + `"`), mfa.ReasonPasskeyMalformed},
		"a name written otherwise":      {client(strings.Replace(challenge, "challenge", "Challenge", 1)), mfa.ReasonPasskeyMalformed},
		"a challenge that is no text":   {client(`"challenge":null`), mfa.ReasonPasskeyMalformed},
		"a crossOrigin that is no word": {client(challenge + `,"crossOrigin":"true"`), mfa.ReasonPasskeyMalformed},
		"a topOrigin that is no text":   {client(challenge + `,"topOrigin":7`), mfa.ReasonPasskeyMalformed},
	}
}

func credProtect() []byte {
	return passkeytest.Map(passkeytest.Pair{Key: passkeytest.Text("credProtect"), Value: passkeytest.Int(2)})
}

func TestRegistrationsThatLieAreRefused(t *testing.T) {
	t.Parallel()
	plain := begin(t, passkeytest.Options{})
	lies := bent(plain, "webauthn.create")
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := begin(t, passkeytest.Options{Bend: lie.bend})
			_, _, err := c.factor.Register(c.expect, c.create(t))
			if got := reason(t, err); got != lie.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestAssertionsThatLieAreRefused(t *testing.T) {
	t.Parallel()
	plain := begin(t, passkeytest.Options{})
	for name, lie := range bent(plain, "webauthn.get") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := begin(t, passkeytest.Options{})
			data, counter := c.register(t)
			c.authenticator.Bend = lie.bend
			_, err := c.factor.Assert(c.expect, data, counter, c.get(t, data))
			if got := reason(t, err); got != lie.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestARegistrationIsNoSignInAndASignInNoRegistration(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	made := c.create(t)
	data, counter := c.register(t)
	used := c.get(t, data)
	made.ClientData, used.ClientData = used.ClientData, made.ClientData
	if _, _, err := c.factor.Register(c.expect, made); reason(t, err) != mfa.ReasonPasskeyType {
		t.Errorf("registering: %v", err)
	}
	if _, err := c.factor.Assert(c.expect, data, counter, used); reason(t, err) != mfa.ReasonPasskeyType {
		t.Errorf("signing in: %v", err)
	}
}

// ec is a COSE key of P-256 with something changed.
func ec(x, y []byte, extra ...passkeytest.Pair) []byte {
	return passkeytest.Map(append([]passkeytest.Pair{
		{Key: passkeytest.Int(1), Value: passkeytest.Int(2)},
		{Key: passkeytest.Int(3), Value: passkeytest.Int(-7)},
		{Key: passkeytest.Int(-1), Value: passkeytest.Int(1)},
		{Key: passkeytest.Int(-2), Value: passkeytest.Bytes(x)},
		{Key: passkeytest.Int(-3), Value: passkeytest.Bytes(y)},
	}, extra...)...)
}

func rsaOf(modulus, exponent []byte) []byte {
	return passkeytest.Map(
		passkeytest.Pair{Key: passkeytest.Int(1), Value: passkeytest.Int(3)}, passkeytest.Pair{Key: passkeytest.Int(3), Value: passkeytest.Int(-257)},
		passkeytest.Pair{Key: passkeytest.Int(-1), Value: passkeytest.Bytes(modulus)}, passkeytest.Pair{Key: passkeytest.Int(-2), Value: passkeytest.Bytes(exponent)},
	)
}

// keys are COSE keys that no credential may have, by why.
func keys(t *testing.T) map[string]struct {
	raw  []byte
	want mfa.Reason
} {
	t.Helper()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	right := begin(t, passkeytest.Options{Seed: "keys", Algorithms: []int64{passkeytest.ES256}})
	data, _ := right.register(t)
	x, y := data.PublicKey[10:42], data.PublicKey[45:77]
	e := []byte{1, 0, 1}
	odd := bytes.Repeat([]byte{0xff}, 256)
	member := func(label int64, value []byte) passkeytest.Pair {
		return passkeytest.Pair{Key: passkeytest.Int(label), Value: value}
	}
	type bad = struct {
		raw  []byte
		want mfa.Reason
	}
	return map[string]bad{
		"the right one":               {ec(x, y), ""},
		"a point off the curve":       {ec(y, x), mfa.ReasonPasskeyMalformed},
		"the point at infinity":       {ec(make([]byte, 32), make([]byte, 32)), mfa.ReasonPasskeyMalformed},
		"a coordinate beyond":         {ec(bytes.Repeat([]byte{0xff}, 32), y), mfa.ReasonPasskeyMalformed},
		"a short coordinate":          {ec(x[1:], y), mfa.ReasonPasskeyMalformed},
		"a member twice":              {ec(x, y, member(-3, passkeytest.Bytes(y))), mfa.ReasonPasskeyMalformed},
		"a member too many":           {ec(x, y, member(4, passkeytest.Int(1))), mfa.ReasonPasskeyMalformed},
		"a member with a name":        {ec(x, y, passkeytest.Pair{Key: passkeytest.Text("kid"), Value: passkeytest.Int(1)}), mfa.ReasonPasskeyMalformed},
		"another curve's number":      {bytes.Replace(ec(x, y), []byte{0x20, 1}, []byte{0x20, 2}, 1), mfa.ReasonPasskeyMalformed},
		"another type's number":       {bytes.Replace(ec(x, y), []byte{1, 2, 3, 0x26}, []byte{1, 3, 3, 0x26}, 1), mfa.ReasonPasskeyMalformed},
		"an algorithm nobody offered": {bytes.Replace(ec(x, y), []byte{1, 2, 3, 0x26}, []byte{1, 2, 3, 0x25}, 1), mfa.ReasonPasskeyAlgorithm},
		"no map":                      {passkeytest.Array(), mfa.ReasonPasskeyMalformed},
		"no algorithm":                {passkeytest.Map(member(1, passkeytest.Int(2))), mfa.ReasonPasskeyAlgorithm},
		"a modulus of 1024 bits":      {rsaOf(short.N.Bytes(), e), mfa.ReasonPasskeyMalformed},
		"a modulus of 8192 bits":      {rsaOf(bytes.Repeat([]byte{0xff}, 1024), e), mfa.ReasonPasskeyMalformed},
		"a modulus behind zeros":      {rsaOf(append([]byte{0}, odd...), e), mfa.ReasonPasskeyMalformed},
		"an even modulus":             {rsaOf(append(odd[:255:255], 0xfe), e), mfa.ReasonPasskeyMalformed},
		"an exponent of three":        {rsaOf(odd, []byte{3}), mfa.ReasonPasskeyMalformed},
		"an exponent beyond":          {rsaOf(odd, bytes.Repeat([]byte{0xff}, 9)), mfa.ReasonPasskeyMalformed},
		"no modulus":                  {rsaOf(nil, e), mfa.ReasonPasskeyMalformed},
	}
}

func TestKeysThatCannotBeUsedAreRefused(t *testing.T) {
	t.Parallel()
	for name, bad := range keys(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := begin(t, passkeytest.Options{Bend: func(d *passkeytest.Draft) { d.PublicKey = bad.raw }})
			_, _, err := c.factor.Register(c.expect, c.create(t))
			if got := reason(t, err); got != bad.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestAnAlgorithmThatWasNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{Algorithms: []int64{passkeytest.ES256}})
	made := c.create(t)
	c.expect.Algorithms = slices.DeleteFunc(slices.Clone(everything), func(a int64) bool { return a == passkeytest.ES256 })
	if _, _, err := c.factor.Register(c.expect, made); reason(t, err) != mfa.ReasonPasskeyAlgorithm {
		t.Error(err)
	}
}

func TestCredentialIDsHaveTheirLength(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]mfa.Reason{
		15: mfa.ReasonPasskeyMalformed, 16: "", 1023: "", 1024: mfa.ReasonPasskeyMalformed,
	} {
		c := begin(t, passkeytest.Options{IDLength: length})
		_, _, err := c.factor.Register(c.expect, c.create(t))
		if got := reason(t, err); got != want {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

func TestAnAttestationObjectIsReadStrictly(t *testing.T) {
	t.Parallel()
	c := begin(t, passkeytest.Options{})
	made := c.create(t)
	member := func(name string, value []byte) passkeytest.Pair {
		return passkeytest.Pair{Key: passkeytest.Text(name), Value: value}
	}
	data := made.Attestation[bytes.Index(made.Attestation, []byte("authData"))+8:]
	whole := []passkeytest.Pair{member("fmt", passkeytest.Text("none")), member("attStmt", passkeytest.Map()), member("authData", data)}
	renamed := slices.Clone(whole)
	renamed[0] = member("FMT", passkeytest.Text("none"))
	stated := slices.Clone(whole)
	stated[1] = member("attStmt", passkeytest.Map(member("sig", passkeytest.Bytes(nil))))
	for name, bad := range map[string]struct {
		raw  []byte
		want mfa.Reason
	}{
		"whole":                       {passkeytest.Map(whole...), ""},
		"nothing":                     {nil, mfa.ReasonPasskeyMalformed},
		"a byte more":                 {append(passkeytest.Map(whole...), 0), mfa.ReasonPasskeyMalformed},
		"a byte less":                 {made.Attestation[:len(made.Attestation)-1], mfa.ReasonPasskeyMalformed},
		"a member less":               {passkeytest.Map(whole[1:]...), mfa.ReasonPasskeyMalformed},
		"a member more":               {passkeytest.Map(append(whole, member("x", passkeytest.Int(1)))...), mfa.ReasonPasskeyMalformed},
		"a member twice":              {passkeytest.Map(append(whole, whole[0])...), mfa.ReasonPasskeyMalformed},
		"a member written otherwise":  {passkeytest.Map(renamed...), mfa.ReasonPasskeyMalformed},
		"more than is taken":          {append(passkeytest.Map(whole...), make([]byte, 64<<10)...), mfa.ReasonPasskeyMalformed},
		"a length that is not there":  {[]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, mfa.ReasonPasskeyMalformed},
		"no end":                      {[]byte{0xbf}, mfa.ReasonPasskeyMalformed},
		"arrays in arrays":            {bytes.Repeat([]byte{0x81}, 1000), mfa.ReasonPasskeyMalformed},
		"none with something said":    {passkeytest.Map(stated...), mfa.ReasonPasskeyAttestation},
		"a format without a name":     {passkeytest.Map(member("fmt", passkeytest.Text("")), whole[1], whole[2]), mfa.ReasonPasskeyMalformed},
		"a format of a line break":    {passkeytest.Map(member("fmt", passkeytest.Text("a\nb")), whole[1], whole[2]), mfa.ReasonPasskeyMalformed},
		"a format of too long a name": {passkeytest.Map(member("fmt", passkeytest.Text(strings.Repeat("a", 33))), whole[1], whole[2]), mfa.ReasonPasskeyMalformed},
		"a format that is a number":   {passkeytest.Map(member("fmt", passkeytest.Int(1)), whole[1], whole[2]), mfa.ReasonPasskeyMalformed},
		"a format nobody knows":       {passkeytest.Map(member("fmt", passkeytest.Text("x")), whole[1], whole[2]), mfa.ReasonPasskeyAttestation},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := made
			answer.Attestation = bad.raw
			_, _, err := c.factor.Register(c.expect, answer)
			if got := reason(t, err); got != bad.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
