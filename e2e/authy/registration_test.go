package authy

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// registration by a signed token: the application shows a QR code, the device scans it, and the application asks
// who it was.
func (w *world) registration(t *testing.T) {
	c := w.goClient(t, w.bank)
	python := pythonSDK{w.python, w.bank.key}
	token, err := c.RegistrationToken(authy.NewRegistration{AppName: "Bank", AppID: authy.AppID(w.bank.number), CustomUserID: "customer-7"})
	if err != nil {
		t.Fatal(err)
	}
	python.plain(t, "users.registration_status", nil, "customer-7").want(t, "status before the scan", "60035")
	if got, err := c.RegistrationStatus(t.Context(), "customer-7"); err != nil || got.State != authy.RegistrationPending {
		t.Errorf("before the scan the Go port says %+v, %v", got, err)
	}
	device := w.NewDevice(t)
	device.LinkByCode(authy.RegistrationURI(token))
	got, err := c.RegistrationStatus(t.Context(), "customer-7")
	if err != nil || got.State != authy.RegistrationCompleted || got.UserID == 0 {
		t.Fatalf("after the scan the Go port says %+v, %v", got, err)
	}
	same := python.plain(t, "users.registration_status", nil, "customer-7")
	registered, _ := same.body["registration"].(map[string]any)
	if registered["status"] != "completed" || integer(registered["authy_id"]) != int64(got.UserID) {
		t.Errorf("after the scan the Python package says %v", same.body)
	}
	asked := python.ask(t, int64(got.UserID), question{message: "Is it you, customer 7?"})
	asked.good(t, "ask")
	device.Approve("")
	if now := python.approval(t, asked.uuid); now.state != "approved" {
		t.Errorf("it is %+v", now)
	}
	w.foreignTokens(t)
}

// foreignTokens link nothing.
func (w *world) foreignTokens(t *testing.T) {
	shop := w.goClient(t, w.shop)
	token, err := shop.RegistrationToken(authy.NewRegistration{AppName: "Bank", AppID: authy.AppID(w.bank.number), CustomUserID: "customer-8"})
	if err != nil {
		t.Fatal(err)
	}
	device := w.NewDevice(t)
	if _, err := device.Try("link", "--server", w.URL, "--code", authy.RegistrationURI(token)); err == nil {
		t.Error("a token signed by another application links a device")
	}
}

// picture: the QR code for generic authenticator apps is fetched without a key, and its codes count.
func (w *world) picture(t *testing.T) {
	c := w.goClient(t, w.bank)
	python := pythonSDK{w.python, w.bank.key}
	p := w.NewPerson()
	id := mustCreate(t, python, p)
	made := python.plain(t, "users.generate_qr", map[string]any{"size": 300, "label": "Ann (Bank)"}, id)
	made.good(t, "generate_qr")
	address, _ := made.body["qr_code"].(string)
	account := w.scan(t, address)
	query := account.Query()
	if account.Scheme != "otpauth" || account.Host != "totp" || query.Get("digits") != "6" || query.Get("period") != "30" || !strings.Contains(account.Path, "Ann (Bank)") {
		t.Errorf("the picture says %s", strings.Replace(account.String(), query.Get("secret"), "…", 1))
	}
	code := harness.Code(t, query.Get("secret"), w.Now(t))
	python.verify(t, id, code, true).good(t, "the app's code")
	python.verify(t, id, code, true).want(t, "the app's code again", "60019")
	// The Go port asks for one of its own size; the first keeps working until the second is proved.
	again, err := c.UserQRCode(t.Context(), authy.UserID(id), authy.QROptions{Size: 500})
	if err != nil {
		t.Fatal(err)
	}
	w.scan(t, again.URL)
	rollout := goSDK{w.goClient(t, w.rollout)}
	if _, err := rollout.UserQRCode(t.Context(), authy.UserID(id), authy.QROptions{}); err == nil {
		t.Error("an application with generic tokens off makes a picture")
	}
}

// scan fetches a picture as a browser does, without a key, and reads it.
func (w *world) scan(t *testing.T, address string) *url.URL {
	t.Helper()
	path, ours := strings.CutPrefix(address, w.URL)
	if !ours {
		t.Fatalf("the picture is at %q, not below %s", address, w.URL)
	}
	got := w.Get(t, path)
	if got.Status != 200 || got.Header.Get("Content-Type") != "image/png" || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("the picture answers %d, %v", got.Status, got.Header)
	}
	account, err := url.Parse(harness.QRText(t, got.Body))
	if err != nil {
		t.Fatal(err)
	}
	w.Log.Secret(account.Query().Get("secret"))
	w.Log.Secret(strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".png"))
	return account
}

// deviceTokens are the codes that a linked device shows; they verify like any other.
func (w *world) deviceTokens(t *testing.T) {
	w.each(t, w.bank, func(t *testing.T, c sdk) {
		p := w.NewPerson()
		id := mustCreate(t, c, p)
		device := w.NewDevice(t)
		device.LinkTo(id, "--app", fmt.Sprint(w.bank.number))
		code := device.TOTP()
		c.verify(t, id, code, false).good(t, "the device's code")
		c.verify(t, id, code, true).want(t, "the device's code again", "60019")
		device.Run(nil, "unlink")
		if got := c.status(t, id); got.registered || got.devices != 0 {
			t.Errorf("after unlinking the user is %+v", got)
		}
	})
}

// imported seeds work at once, with the identifiers they had.
func (w *world) imported(t *testing.T) {
	c := nodeSDK{w.node, w.bank.key}
	got := clientSDK{w.client, w.bank.key}.status(t, seededID)
	if got.id != seededID {
		t.Errorf("the imported user is %+v", got)
	}
	now := w.Now(t)
	current, later := harness.Code(t, seed, now), harness.Code(t, seed, now.Add(harness.Period))
	c.verify(t, seededID, later, true).good(t, "the code of the next step")
	c.verify(t, seededID, current, true).want(t, "the code of an older step", "60019")
}
