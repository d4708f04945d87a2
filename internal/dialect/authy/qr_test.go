package authy_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

// picture fetches an address as a browser does: without a key.
func (w *world) picture(t *testing.T, address string) dialecttest.Answer {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host != "mfa.example.test" {
		t.Fatalf("%q: %v", address, err)
	}
	return w.Do(dialecttest.Request{Method: http.MethodGet, URL: u.RequestURI()})
}

// seedOf is the seed that a picture must show.
func (w *world) seedOf(t *testing.T, address string) mfa.Seed {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := seeds.New(w.Service).Picture(w.Context(), mfa.SecretText(strings.TrimSuffix(strings.TrimPrefix(u.Path, "/qr/"), ".png")))
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func TestChecklist18ThePictureOfASeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	secret := fmt.Sprintf("/protected/json/users/%d/secret", p.User.Number)
	for _, test := range []struct {
		body        string
		size        int
		label, path string
	}{
		{`{}`, 300, "ann@example.com", ".png"},
		{`{"label": "My bank: é & co", "qr_size": 600}`, 600, "My bank: é & co", ".png?size=600"},
		{`label=Second&qr_size=100`, 100, "Second", ".png?size=100"},
	} {
		a := w.ok(t, post(secret, test.body))
		body := decoded(t, a)
		address, _ := body["qr_code"].(string)
		if !strings.HasPrefix(address, "https://mfa.example.test/qr/") || !strings.HasSuffix(address, test.path) || body["label"] != test.label || body["issuer"] != "Bank" {
			t.Errorf("%s", a.Body)
		}
		shown := w.picture(t, address)
		if shown.Status != 200 || shown.Header.Get("Content-Type") != "image/png" || shown.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", shown.Status, shown.Header)
		}
		seed := w.seedOf(t, address)
		sameModules(t, []byte(shown.Body), seed.URI(), test.size)
		if strings.Contains(a.Body, "otpauth") {
			t.Error("the answer holds the seed itself")
		}
	}
	a := w.ok(t, post(secret, `{}`))
	address, _ := decoded(t, a)["qr_code"].(string)
	scanned, data, err := totp.ParseURI(w.seedOf(t, address).URI())
	if err != nil || data.Digits != 6 || data.Period != 30 || data.Algorithm != "SHA1" || data.Issuer != "Bank" || data.Label != "ann@example.com" {
		t.Fatalf("%+v, %v", data, err)
	}
	code, err := totp.Code(scanned, data, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.ok(t, get(fmt.Sprintf("/protected/json/verify/%s/%d?force=true", code, p.User.Number)))
	if shown := w.picture(t, address); shown.Status != 404 {
		t.Errorf("a seed that was proved is shown again: %d", shown.Status)
	}
}

// sameModules compares a picture with the code of a text, in the middle of every module.
func sameModules(t *testing.T, picture []byte, text string, size int) {
	t.Helper()
	drawn, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	scale := max(1, size/(code.Size+8))
	side := max(size, scale*(code.Size+8))
	if drawn.Bounds().Dx() != side || drawn.Bounds().Dy() != side {
		t.Fatalf("bounds %v, want %d", drawn.Bounds(), side)
	}
	border := (side - scale*code.Size) / 2
	for y := -4; y < code.Size+4; y++ {
		for x := -4; x < code.Size+4; x++ {
			black := x >= 0 && y >= 0 && x < code.Size && y < code.Size && code.Black(x, y)
			r, _, _, _ := drawn.At(border+x*scale+scale/2, border+y*scale+scale/2).RGBA()
			if (r == 0) != black {
				t.Fatalf("module %d, %d", x, y)
			}
		}
	}
}

func TestPicturesExpireAndCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	address, _ := decoded(t, w.ok(t, post(fmt.Sprintf("/protected/json/users/%d/secret", p.User.Number), `{}`)))["qr_code"].(string)
	path := strings.TrimPrefix(address, "https://mfa.example.test")
	none := failed("Requested URL was not found.", "60000")
	ask := func(path string) dialecttest.Request { return dialecttest.Request{Method: http.MethodGet, URL: path} }
	w.Run(t, []dialecttest.Scenario{
		{Name: "without its ending", Request: ask(strings.TrimSuffix(path, ".png")), Status: 404, Exact: none},
		{Name: "another name", Request: ask("/qr/00000000000000000000000000000000.png"), Status: 404, Exact: none},
		{Name: "small letters", Request: ask(strings.ToLower(path)), Status: 404, Exact: none},
		{Name: "a path", Request: ask("/qr/..%2F..%2Fetc%2Fpasswd.png"), Status: 404, Exact: none},
		{Name: "a size that is none", Request: ask(path + "?size=x"), Status: 400, Contains: []string{`"60004"`}},
		{Name: "a giant", Request: ask(path + "?size=999999"), Status: 200},
		{Name: "later", Before: func() { w.Later(10 * time.Minute) }, Request: ask(path), Status: 404, Exact: none},
	})
}

func TestSeedsHaveTheirRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.GenericTOTP = false })
	p := w.Person("4155552671")
	path := fmt.Sprintf("/protected/json/users/%d/secret", p.User.Number)
	w.Run(t, []dialecttest.Scenario{
		{Name: "off", Request: as(shopKey, post(path, `{}`)), Status: 403, Contains: []string{`"60123"`}},
		{Name: "too small", Request: post(path, `{"qr_size":99}`), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "too large", Request: post(path, `{"qr_size":"1001"}`), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "not a size", Request: post(path, `{"qr_size":"big"}`), Status: 400, Exact: failed("Invalid parameter: qr_size - 'big' is not a valid Integer", "60004"), Quiet: true},
		{Name: "a long label", Request: post(path, `{"label":"`+strings.Repeat("x", 201)+`"}`), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "as long as can be", Request: post(path, `{"label":"`+strings.Repeat("é", 100)+`"}`), Status: 200},
	})
}
