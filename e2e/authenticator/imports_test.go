package authenticator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// service is somewhere with a code, which another app knew before.
type service struct {
	issuer, label string
	seed          harness.Seed
}

const minute = time.Minute

// newService is one that nobody else has.
func newService(issuer string, digits int, period time.Duration) service {
	secret := make([]byte, 20)
	rand.Read(secret)
	return service{issuer, "ann@example.com", harness.Seed{Secret: base32.StdEncoding.EncodeToString(secret), Digits: digits, Period: period}}
}

// importingCodes of all the apps that people come from, and each counts as RFC 6238 has it.
func importingCodes(s *story) {
	p := s.newPhone() // no account is needed for it
	usual := newService("Mail", 6, harness.Period)
	p.goTo("#/codes/import")
	p.scan(usual.address())
	p.imported(1)

	mine, long := newService("Git Forge", 6, harness.Period), newService("Broker", 8, harness.Period)
	p.press("import-more")
	first, second := migration([]service{mine}, 0, 2), migration([]service{long}, 1, 2)
	p.scan(first)
	p.see("batches")
	p.scan(second)
	p.imported(2)

	minutely := newService("Observatory", 7, minute)
	p.press("import-more")
	p.Upload(named("import-file"), s.file("aegis.json", aegis(minutely, usual)))
	p.imported(1) // the other one is here already
	p.see("import-known")

	sealed := newService("Harbour", 6, harness.Period)
	p.press("import-more")
	p.Upload(named("import-file"), s.file("backup.2fas", sealedTwoFAS(s.t, "open sesame", sealed)))
	p.fill("file-password", "wrong")
	p.press("open-sealed")
	p.see("error")
	p.fill("file-password", "open sesame")
	p.press("open-sealed")
	p.imported(1)

	p.press("import-more")
	p.Upload(named("import-file"), s.file("photo.json", `{"not": "an export"}`))
	p.see("error")

	p.reload() // they were kept
	p.goTo("#/codes")
	for _, one := range []service{usual, mine, long, minutely, sealed} {
		p.showsCode(one)
	}
}

func (s *story) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	harness.Write(s.t, path, text)
	return path
}

// scan opens a picture of a QR code with a text.
func (p *phone) scan(text string) {
	p.s.t.Helper()
	p.Upload(named("scan-file"), p.s.file("picture.png", string(harness.QRPicture(p.s.t, text))))
}

// imported waits until so many codes were added.
func (p *phone) imported(count int) {
	p.s.t.Helper()
	p.Wait("the import", shows(named("import-added")))
	if got := p.Evaluate(`String(document.querySelectorAll('[data-testid="import-added"] li').length)`); got != fmt.Sprint(count) {
		p.s.t.Errorf("added were %s, want %d: %s", got, count, p.Says())
	}
}

// showsCode holds the code of a service to RFC 6238.
func (p *phone) showsCode(one service) {
	p.s.t.Helper()
	look := fmt.Sprintf(`[...document.querySelectorAll('[data-testid="code"]')].find((row) => row.textContent.includes(%q))?.querySelector('[data-testid="totp"]').textContent ?? ""`, one.issuer)
	harness.Until(p.s.t, "the right code of "+one.issuer, func() (bool, bool) {
		return true, strings.ReplaceAll(p.Evaluate(look), " ", "") == one.seed.Code(p.s.t, p.s.Now(p.s.t))
	})
}

// address is how services show a seed (the de facto standard of key URIs).
func (o service) address() string {
	q := url.Values{"secret": {o.seed.Secret}, "issuer": {o.issuer}, "digits": {fmt.Sprint(o.seed.Digits)}, "period": {fmt.Sprint(int(o.seed.Period.Seconds()))}}
	return "otpauth://totp/" + url.PathEscape(o.issuer+":"+o.label) + "?" + q.Encode()
}

// migration is one picture of what Google Authenticator exports.
func migration(all []service, index, size int) string {
	var message []byte
	for _, one := range all {
		secret, err := base32.StdEncoding.DecodeString(one.seed.Secret)
		if err != nil {
			panic(err)
		}
		digits := uint64(1) // six
		if one.seed.Digits == 8 {
			digits = 2
		}
		account := slicesOf(text(1, secret), text(2, []byte(one.label)), text(3, []byte(one.issuer)), number(4, 1), number(5, digits), number(6, 2))
		message = append(message, text(1, account)...)
	}
	const version, batch = 1, 4711
	message = append(message, slicesOf(number(2, version), number(3, uint64(size)), number(4, uint64(index)), number(5, batch))...)
	return "otpauth-migration://offline?data=" + url.QueryEscape(base64.StdEncoding.EncodeToString(message))
}

// text and number are fields of a protocol buffer.
func text(field int, value []byte) []byte {
	return slicesOf(binary.AppendUvarint(nil, uint64(field)<<3|2), binary.AppendUvarint(nil, uint64(len(value))), value)
}

func number(field int, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3), value)
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

type members = map[string]any

func encoded(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// aegis is a plain export of Aegis.
func aegis(all ...service) string {
	var entries []members
	for _, one := range all {
		entries = append(entries, members{
			"type": "totp", "uuid": rand.Text(), "name": one.label, "issuer": one.issuer, "note": "", "favorite": false, "icon": nil,
			"info": members{"secret": one.seed.Secret, "algo": "SHA1", "digits": one.seed.Digits, "period": one.seed.Period.Seconds()},
		})
	}
	return encoded(members{"version": 1, "header": members{"slots": nil, "params": nil}, "db": members{"version": 3, "entries": entries, "groups": []any{}}})
}

// sealedTwoFAS is a backup of 2FAS under a password.
func sealedTwoFAS(t testing.TB, password string, all ...service) string {
	t.Helper()
	var services []members
	for _, one := range all {
		services = append(services, members{
			"name": one.issuer, "secret": one.seed.Secret, "updatedAt": 1, "order": members{"position": 0},
			"otp": members{"account": one.label, "issuer": one.issuer, "digits": one.seed.Digits, "period": one.seed.Period.Seconds(), "algorithm": "SHA1", "tokenType": "TOTP"},
		})
	}
	const rounds, saltSize, keySize = 10000, 256, 32
	salt := make([]byte, saltSize)
	rand.Read(salt)
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, keySize)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	b64 := base64.StdEncoding.EncodeToString
	sealed := strings.Join([]string{b64(aead.Seal(nil, nonce, []byte(encoded(services)), nil)), b64(salt), b64(nonce)}, ":")
	return encoded(members{"services": []any{}, "groups": []any{}, "schemaVersion": 4, "appVersionCode": 50000, "servicesEncrypted": sealed, "reference": ""})
}
