package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

func TestAPageGetsAPermitForOneName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for what, scope := range map[string]string{"register": "auth.register", "login": "auth.login", "wait": "auth.temporary"} {
		var got struct{ Token, Username string }
		if err := json.Unmarshal([]byte(w.script("/tokens/"+what, map[string]any{"username": " jörg "}).expect(t, 200).html), &got); err != nil {
			t.Fatal(err)
		}
		if got.Username != "jörg" || strings.Count(got.Token, ".") != 2 {
			t.Errorf("%s: %+v", what, got)
		}
		// The server takes it for what it is for, and for whom.
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/asked", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+got.Token)
		w.see(http.DefaultClient.Do(request))
		if seen := w.last("/asked"); seen.Scope != scope || seen.Claims["username"] != "jörg" {
			t.Errorf("%s: %v", what, seen.Claims)
		}
	}
	w.script("/tokens/credentials.force_add", map[string]any{"username": "jo"}).expect(t, 404)
	w.script("/tokens/login", map[string]any{"username": strings.Repeat("x", 65)}).expect(t, 400, "64 characters")
	w.script("/tokens/login", map[string]any{"username": "a\nb"}).expect(t, 400)
	w.script("/tokens/login", map[string]any{"username": 7}).expect(t, 400, "reload")
}

func TestOnlyAProvedTokenLetsSomebodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, token := range map[string]string{
		"nothing":        "",
		"a stranger's":   w.server.TokenBy(loginidtest.NewKey(t, "x"), jo),
		"another shop's": w.token(jo, loginidtest.With("aud", "another")),
		"too old":        w.token(jo, loginidtest.With("iat", time.Now().Add(-time.Hour).Unix())),
		"another user's": w.token(loginidtest.User{ID: userID, Name: "ann"}),
	} {
		w.script("/session", map[string]any{"username": "jo", "token": token}).expect(t, 403, "could not be proved")
		if got := w.get("/account"); got.path != "/" {
			t.Errorf("%s lets somebody in", name)
		}
	}
	token := w.token(jo)
	w.script("/session", map[string]any{"username": "jo", "token": token}).expect(t, 200, `"to":"/"`)
	w.get("/").expect(t, 200, "Good to see you, jo", "24.50 €")
	w.browser = w.newBrowser()
	w.script("/session", map[string]any{"username": "jo", "token": token}).expect(t, 409, "used already")
	w.get("/").expect(t, 200, "Come in")
	w.script("/session", map[string]any{"username": "jo", "token": w.token(jo, loginidtest.Without("sid"))}).expect(t, 409)
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	shown := w.browser.Jar
	w.post("/leave").expect(t, 200, "Come in")
	w.browser = &http.Client{Jar: shown}
	w.post("/orders", "good", "diamond").expect(t, 401, "signed out")
	w.script("/account/passkeys", nil).expect(t, 401, `"error":"You are signed out`)
	for _, path := range []string{"/orders", "/account", "/orders/ABC"} {
		if got := w.get(path); got.path != "/" {
			t.Errorf("%s is shown to anybody", path)
		}
	}
}

// pay orders a kite and returns the order's path, what is to be signed, and the nonce.
func (w *world) pay(kite string) (path, payload, nonce string) {
	w.t.Helper()
	path = w.post("/orders", "good", kite).expect(w.t, 200, "You sign exactly this").path
	var sent struct {
		Payload  string `json:"tx_payload"`
		Nonce    string `json:"nonce"`
		Username string `json:"username"`
	}
	if err := json.Unmarshal([]byte(w.last("/tx").Body), &sent); err != nil || sent.Username != "jo" {
		w.t.Fatalf("%+v, %v", sent, err)
	}
	return path, sent.Payload, sent.Nonce
}

func TestAPaymentIsWhatWasSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	w.get("/orders").expect(t, 200, "Nothing in the air yet")
	path, payload, nonce := w.pay("diamond")
	if want := "Pay 24.50 € to Ann’s Workshop for one Red Diamond. Order " + strings.TrimPrefix(path, "/orders/") + "."; payload != want {
		t.Errorf("%q is to be signed, not %q", payload, want)
	}
	w.get(path).expect(t, 200, "Pay with my passkey", payload, txID)
	w.get("/orders").expect(t, 200, "to be confirmed")

	for name, token := range map[string]string{
		"another amount":  w.server.TxToken(jo, strings.Replace(payload, "24.50", "0.50", 1), nonce),
		"another payee":   w.server.TxToken(jo, strings.Replace(payload, "Ann’s Workshop", "Eve", 1), nonce),
		"another order":   w.server.TxToken(jo, payload, "another nonce"),
		"another user":    w.server.TxToken(loginidtest.User{ID: phone, Name: "ann"}, payload, nonce),
		"a sign-in":       w.token(jo),
		"nothing at all":  "",
		"an old approval": w.server.TxToken(jo, payload, nonce, loginidtest.With("iat", time.Now().Add(-time.Hour).Unix())),
	} {
		if got := w.script(path+"/confirm", map[string]any{"token": token}); got.status != 403 || !strings.Contains(got.html, "Nothing was paid") {
			t.Errorf("%s: %d %s", name, got.status, got.html)
		}
	}
	w.get(path).expect(t, 200, "Confirm the payment")

	token := w.server.TxToken(jo, payload, nonce)
	w.script(path+"/confirm", map[string]any{"token": token, "payload": "Pay 0.01 € to Eve"}).expect(t, 200, `"to":"`+path)
	w.get(path).expect(t, 200, "Thank you", payload, "Hash").without(t, "Pay with my passkey")
	w.get("/orders").expect(t, 200, ">paid<")
	w.script(path+"/confirm", map[string]any{"token": token}).expect(t, 409, "paid already")
}

func TestOrdersAreTheirCustomersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	path, payload, nonce := w.pay("box")
	w.browser = w.newBrowser()
	ann := loginidtest.User{ID: laptop, Name: "ann"}
	w.script("/session", map[string]any{"username": "ann", "token": w.token(ann)}).expect(t, 200)
	w.get(path).expect(t, 404, "no such order")
	w.script(path+"/confirm", map[string]any{"token": w.server.TxToken(ann, payload, nonce)}).expect(t, 404)
	w.get("/orders").expect(t, 200, "Nothing in the air yet")
	w.post("/orders", "good", "moon").expect(t, 400, "do not sell")
}

func TestAnOldOrderIsNotPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	path, _, _ := w.pay("delta")
	w.app.store.lock.Lock()
	w.app.store.orders[strings.TrimPrefix(path, "/orders/")].Made = time.Now().Add(-2 * orderAge)
	w.app.store.lock.Unlock()
	w.get(path).expect(t, 200, "too old", "Start again").without(t, "Pay with my passkey")
	w.get("/orders").expect(t, 200, "Nothing in the air yet")
}

func TestAnotherDeviceComesInByACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	here := w.browser
	there := w.newBrowser()

	w.browser = there
	w.post("/device", "username", "jo").expect(t, 200, "123456", `data-username="jo"`, "Let another device in")
	if body := w.last("/codes/short/generate").Body; !strings.Contains(body, `"temporary_authentication","authorize":false`) {
		t.Errorf("%s", body)
	}

	w.browser = here
	w.post("/account/devices", "code", "123 456").expect(t, 200, "The other device is signed in")
	if body := w.last("/codes/short/authorize").Body; !strings.Contains(body, `"123456"`) || !strings.Contains(body, userID) {
		t.Errorf("%s", body)
	}
	w.get("/account").expect(t, 200).without(t, "The other device is signed in")

	w.browser = there
	token := w.token(jo, loginidtest.With("action", "temporary_authentication"))
	w.script("/session", map[string]any{"username": "jo", "token": token}).expect(t, 200, `"to":"/account"`)
	w.get("/account").expect(t, 200, "next time you need no code", "by a code from another device")
	if got := w.get("/device"); got.path != "/" {
		t.Errorf("the code is still shown at %s", got.path)
	}
	w.script("/account/passkeys", nil).expect(t, 200, `"code":"123456"`, `"username":"jo"`, `"token":"ey`)
	if body := w.last("/codes/short/generate").Body; !strings.Contains(body, `"add_credential","authorize":true`) {
		t.Errorf("%s", body)
	}
}

func TestWrongCodesAreExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	for _, c := range []struct {
		reply  loginidtest.Reply
		status int
		words  string
	}{
		{loginidtest.Refusal(404, "verification_code_not_found"), 403, "not the code"},
		{loginidtest.Refusal(400, "verification_code_expired"), 403, "too old"},
		{loginidtest.Refusal(429, "remote_session_maximum_retry_attempts"), 429, "wait some minutes"},
		{loginidtest.Refusal(500, "internal_server_error"), 502, "try again"},
	} {
		w.set(func() { w.replies["/codes/short/authorize"] = c.reply })
		w.post("/account/devices", "code", "654321").expect(t, c.status, c.words)
	}
	w.post("/account/devices", "code", "abc").expect(t, 400, "six digits")
	for _, c := range []struct {
		reply  loginidtest.Reply
		status int
		words  string
	}{
		{loginidtest.Refusal(404, "user_not_found"), 404, "no account of that name"},
		{loginidtest.Refusal(403, "account_deactivated"), 403, "switched off"},
		{loginidtest.Refusal(429, "too_many"), 429, "too often"},
		{loginidtest.Refusal(500, "internal_server_error"), 502, "try again"},
	} {
		w.set(func() { w.replies["/codes/short/generate"] = c.reply })
		w.post("/device", "username", "jo").expect(t, c.status, c.words)
	}
	w.post("/device", "username", " ").expect(t, 400, "type a name")
	w.script("/account/passkeys", nil).expect(t, 502, "No passkey can be added")
}

func TestAnOldCodeIsReplacedOnRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(func() {
		w.replies["/codes/short/generate"] = loginidtest.Reply{Body: `{"code":"111111","expires_at":"2020-01-02T03:04:05Z","is_authorized":false}`}
	})
	name, err := w.app.store.addArrival(arrival{username: "jo", code: &loginid.IssuedCode{Text: "111111", ExpiresAt: time.Now().Add(-time.Second)}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.web.URL+"/device", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(&http.Cookie{Name: deviceCookie, Value: name})
	w.see(w.browser.Do(request)).expect(t, 200, "The code is too old", "Show a new code", "<div data-waiting hidden>")
}

func TestPasskeysAreListedRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	w.get("/account").expect(t, 200, "Phone", "2 January 2030", "your only passkey").without(t, "A password", "Remove it")
	w.post("/account/passkeys/"+phone+"/remove").expect(t, 409, "your only passkey")
	w.post("/account/passkeys/"+phone+"/name", "name", "My phone").expect(t, 200, "has its new name")
	if body := w.last("/credentials/rename").Body; !strings.Contains(body, `"My phone"`) || !strings.Contains(body, userID) {
		t.Errorf("%s", body)
	}
	w.post("/account/passkeys/"+phone+"/name", "name", "").expect(t, 400)
	w.post("/account/passkeys/"+laptop+"/name", "name", "x").expect(t, 404, "no such passkey")
	w.post("/account/passkeys/nonsense/name", "name", "x").expect(t, 404)

	w.set(func() { w.passkeys = []string{phone, laptop} })
	w.get("/account").expect(t, 200, "Laptop", "Remove it")
	w.post("/account/passkeys/"+laptop+"/remove").expect(t, 200, "not open your account")
	if r := w.last("/credentials/revoke"); !strings.Contains(r.Body, laptop) || r.Scope != "credentials.revoke" || r.Claims["user_id"] != userID {
		t.Errorf("%s", r.Body)
	}
	w.set(func() { w.passkeys = nil })
	w.get("/account").expect(t, 200, "There is none yet")
	w.set(func() { w.replies["/credentials/list"] = loginidtest.Refusal(500, "database_error") })
	w.get("/account").expect(t, 502, "try again")
}

func TestAServerThatIsAwayIsNobodysFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	w.set(func() { w.replies["/tx"] = loginidtest.Refusal(503, "internal_server_error") })
	w.post("/orders", "good", "diamond").expect(t, 502, "try again")
	w.get("/orders").expect(t, 200, "Nothing in the air yet")
}

func TestPagesHoldNoCodeAndKeepToThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nasty := loginidtest.User{ID: userID, Name: `<b>"'jo`}
	pages := []page{w.get("/"), w.post("/device", "username", nasty.Name), w.get("/nothing")}
	w.script("/session", map[string]any{"username": nasty.Name, "token": w.token(nasty)}).expect(t, 200)
	pages = append(pages, w.get("/"), w.post("/orders", "good", "box"), w.get("/orders"), w.get("/account"))
	for _, shown := range pages {
		for _, bad := range []string{"<b>", "style=", "<style", "onclick", "<script>", "javascript:"} {
			if strings.Contains(shown.html, bad) {
				t.Errorf("%s holds %s", shown.path, bad)
			}
		}
		policy := shown.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "connect-src 'self' "+w.server.URL+";") {
			t.Errorf("%s: %s", shown.path, policy)
		}
		if shown.header.Get("Cache-Control") != "no-store" || shown.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", shown.path, shown.header)
		}
	}
	for name, kind := range map[string]string{"style.css": "text/css", "loginid.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		if got := w.get("/assets/" + name); got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %v", name, got.status, got.header)
		}
	}
	w.get("/assets/nothing").expect(t, 404)
}

func TestOtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn()
	for _, path := range []string{"/leave", "/orders", "/account/devices", "/session", "/tokens/login"} {
		forged, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.web.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		forged.Header.Set("Origin", "https://evil.test")
		forged.Header.Set("Sec-Fetch-Site", "cross-site")
		if got := w.see(w.browser.Do(forged)); got.status != http.StatusForbidden {
			t.Errorf("another site's form to %s is answered by %d", path, got.status)
		}
	}
}

func TestCookiesAreForThisSiteAlone(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		w := newWorld(t)
		w.app.secure = secure
		got := w.script("/session", map[string]any{"username": "jo", "token": w.token(jo)}).header.Get("Set-Cookie")
		if !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") || strings.Contains(got, "Secure") != secure {
			t.Errorf("%q", got)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s, now := newStore(), time.Now()
	come := func(i int, at time.Time) error {
		_, err := s.enter(&loginid.Claims{SessionID: fmt.Sprint(i)}, false, at)
		return err
	}
	for i := range maxKept {
		if err := come(i, now); err != nil {
			t.Fatal(err)
		}
	}
	if come(maxKept, now) == nil {
		t.Error("one more is kept")
	}
	if err := come(maxKept, now.Add(2*sessionAge)); err != nil || len(s.sessions) != 1 || len(s.used) != 1 {
		t.Errorf("what has ended is kept: %d, %d, %v", len(s.sessions), len(s.used), err)
	}
}

func TestSettingUpSaysTheSameTwice(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "shop.pem")
	var said [2]string
	for i := range said {
		var out bytes.Buffer
		cmd := command(func(string) string { return "" })
		cmd.SetArgs([]string{"setup", "--key", file, "--public-url", "https://kites.example"})
		cmd.SetOut(&out)
		if err := cmd.Execute(); err != nil {
			t.Fatal(err)
		}
		said[i] = out.String()
	}
	if said[0] != said[1] || !strings.Contains(said[0], "url: https://kites.example") || !strings.Contains(said[0], "          -----BEGIN PUBLIC KEY-----\n          M") || strings.Contains(said[0], "PRIVATE") {
		t.Errorf("%s\n%s", said[0], said[1])
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loginid.NewManagement("https://mfa.example", defaultClientID, key); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bad.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "good.pem")
	if _, err := privateKey(good); err != nil {
		t.Fatal(err)
	}
	for words, args := range map[string][]string{
		"loginid-shop setup": {"--key", filepath.Join(dir, "none.pem")},
		"private key":        {"--key", filepath.Join(dir, "bad.pem")},
		"base URL":           {"--key", good, "--url", "nowhere"},
		"--public-url":       {"--key", good, "--public-url", "nowhere"},
		"no PEM":             {"setup", "--key", filepath.Join(dir, "bad.pem")},
		"client id":          {"--key", good, "--client-id", "a b"},
	} {
		cmd := command(func(string) string { return "" })
		cmd.SetArgs(args)
		cmd.SetOut(&bytes.Buffer{})
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}
