package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

func TestASmallAmountIsPaidAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	w.get("/").expect(t, 200, "1,840.00 €", "None yet")
	w.post("/withdrawals", "amount", "100").expect(t, 200, "100.00 € is on its way", "Nothing had to be proved")
	w.get("/").expect(t, 200, "1,740.00 €", "paid")
	if to := w.script("/withdrawals", "amount", "0,5").expect(t, 200).said("to"); !strings.HasPrefix(to, "/withdrawals/") {
		t.Errorf("a script is led to %q", to)
	}
	w.get("/").expect(t, 200, "1,739.50 €")
}

func TestALargeAmountWaitsForAProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	token, path := w.challenged("100.01")
	w.get(path).expect(t, 200, "waits for you", "Prove it")
	w.get("/").expect(t, 200, "1,840.00 €", "to be proved")
	// The page sends people back who only looked at it, too.
	w.get(path+"/back?token="+token).expect(t, 200, "waits for you")
	proof := w.server.Pass(token, "PASSKEY")
	if got := w.get(path+"/back?token="+proof).expect(t, 200, "is on its way", "You proved it was you, with your passkey"); got.path != path {
		t.Errorf("the token stays in the address %s", got.path)
	}
	// Once more, by the back button and by a second tab, is no second payment.
	w.get(path+"/back?token="+proof).expect(t, 200, "is on its way")
	w.post(path+"/again").expect(t, 409, "is over")
	w.get("/").expect(t, 200, "1,739.99 €")
}

func TestAFrameBringsTheProofToTheScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	asked := w.script("/withdrawals", "amount", "250").expect(t, 200)
	address, yes := strings.CutSuffix(asked.said("frame"), "&mode=popup")
	token, path := w.challengeOf(address)
	if !yes || asked.said("proof") != path+"/proof" || asked.said("here") != path {
		t.Errorf("the script got %s", asked.text)
	}
	w.script(path+"/proof", "token", token).expect(t, 200)
	w.get(path).expect(t, 200, "waits for you")
	// Who closed the frame tries again, with another token of the same action.
	again, _ := w.challengeOf(strings.TrimSuffix(w.script(path+"/again").expect(t, 200).said("frame"), "&mode=popup"))
	if to := w.script(path+"/proof", "token", w.server.Pass(again, "EMAIL_OTP")).expect(t, 200).said("to"); to != path {
		t.Errorf("the script goes to %q", to)
	}
	w.get(path).expect(t, 200, "is on its way", "with a code by mail")
}

func TestAProofCountsForItsOwnWithdrawalAndSellerAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	small, _ := w.challenged("200")
	proof := w.server.Pass(small, "SMS")
	_, large := w.challenged("1500")
	for what, token := range map[string]string{"another withdrawal's": proof, "a made-up one": "x", "one with spaces": "a%20b"} {
		w.get(large+"/back?token="+token).expect(t, 200, "waits for you")
		if got := w.get("/"); !strings.Contains(got.text, "1,840.00 €") {
			t.Errorf("%s pays", what)
		}
	}
	w.browser = w.newBrowser()
	w.enter("ann")
	w.get(large).expect(t, 404, "You have no such withdrawal")
	w.get(large+"/back?token="+proof).expect(t, 404)
	w.script(large+"/proof", "token", proof).expect(t, 404, `"error"`)
	w.post(large+"/again").expect(t, 404)
	_, hers := w.challenged("300")
	w.get(hers+"/back?token="+proof).expect(t, 200, "waits for you")
}

func TestWhatTheServerRefusesOrReviewsIsNotPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	w.set(func() { w.outcome = "BLOCK" })
	w.post("/withdrawals", "amount", "500").expect(t, 200, "stays in your till")
	w.set(func() { w.outcome = "CHALLENGE" })
	token, path := w.challenged("500")
	w.get(path+"/back?token="+w.server.Fail(token)).expect(t, 200, "waits for you")
	w.post(path+"/again").expect(t, 200, "stays in your till")
	w.set(func() { w.outcome = "REVIEW" })
	reviewed := w.post("/withdrawals", "amount", "500").expect(t, 200, "Somebody looks at it").path
	w.get("/").expect(t, 200, "1,840.00 €", "being looked at", "refused")
	id := strings.TrimPrefix(reviewed, "/withdrawals/")
	review(t, w, id, "REVIEW_SUCCEEDED")
	w.get(reviewed).expect(t, 200, "is on its way")
	w.get("/").expect(t, 200, "1,340.00 €")
	other := w.post("/withdrawals", "amount", "500").expect(t, 200, "Somebody looks at it").path
	review(t, w, strings.TrimPrefix(other, "/withdrawals/"), "REVIEW_FAILED")
	w.get(other).expect(t, 200, "stays in your till")
}

// review is what somebody at the market does with another program.
func review(t *testing.T, w *world, id, state string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, w.server.URL+"/users/seller:jo/actions/withdraw/"+id, strings.NewReader(`{"state":"`+state+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(w.server.SecretKey, "")
	w.see(http.DefaultClient.Do(request)).expect(t, 200)
}

func TestATillGivesNoMoreThanItHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	w.post("/withdrawals", "amount", "1840.01").expect(t, 409, "not that much")
	first, one := w.challenged("1840")
	second, two := w.challenged("1840")
	proofs := map[string]string{one: w.server.Pass(first, "SMS"), two: w.server.Pass(second, "SMS")}
	var tabs sync.WaitGroup
	for path, proof := range proofs {
		for range 4 {
			tabs.Go(func() { w.get(path + "/back?token=" + proof) })
		}
	}
	tabs.Wait()
	w.get("/").expect(t, 200, "0.00 €", "paid", "refused")
	for _, amount := range []string{"", "0", "-1", "1e3", "1.234", "abc", "9999999", "1.2.3", "0x10"} {
		w.post("/withdrawals", "amount", amount).expect(t, 400, "an amount such as 12.50")
	}
}

func TestAWithdrawalThatNobodyProvesIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	_, path := w.challenged("200")
	w.set(func() { w.later = openAge + time.Second })
	w.get(path).expect(t, 200, "This took too long")
	w.post(path+"/again").expect(t, 409, "is over")
	w.set(func() { w.later = sessionAge + time.Second })
	if got := w.get(path); got.path != "/" {
		t.Errorf("%s is shown to somebody who is signed out", got.path)
	}
}

func TestAServerThatFailsPaysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	token, path := w.challenged("200")
	proof := w.server.Pass(token, "SMS")
	w.server.Answer = func(authsignaltest.Request) (authsignaltest.Reply, bool) {
		return authsignaltest.Refusal(http.StatusServiceUnavailable, "internal"), true
	}
	w.get(path+"/back?token="+proof).expect(t, 502, "cannot be checked right now")
	w.post("/withdrawals", "amount", "1").expect(t, 502, "Nothing was withdrawn")
	w.get("/").expect(t, 200, "1,840.00 €")
	w.server.Answer = func(r authsignaltest.Request) (authsignaltest.Reply, bool) {
		body := `{"idempotencyKey":"` + strings.TrimPrefix(path, "/withdrawals/") + `","state":"CHALLENGE_REQUIRED","token":"t","url":"https://elsewhere.example/?x"}`
		return authsignaltest.Reply{Body: body}, true
	}
	w.post(path+"/again").expect(t, 502, "Nothing was withdrawn")
	w.script(path+"/again").expect(t, 502, `"error"`)
	w.server.Answer = nil
	w.get(path).expect(t, 200, "waits for you")
}

func TestStrangersAndOtherSitesAreKeptOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/withdrawals/ABC", "/withdrawals/ABC/back?token=t"} {
		if got := w.get(path); got.path != "/" {
			t.Errorf("%s is shown to strangers", path)
		}
	}
	w.post("/withdrawals", "amount", "1").expect(t, 401, "signed out")
	w.script("/withdrawals", "amount", "1").expect(t, 401, `"error":"You are signed out`)
	for _, name := range []string{"", "a b", "<b>", strings.Repeat("x", 41)} {
		w.post("/session", "name", name).expect(t, 400, "letters and digits")
	}
	w.enter("Jo")
	got := w.get("/").expect(t, 200, "jo")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "frame-src " + w.app.pagesAt} {
		if !strings.Contains(got.header.Get("Content-Security-Policy"), want) {
			t.Errorf("the policy is %q", got.header.Get("Content-Security-Policy"))
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.web.URL+"/withdrawals", strings.NewReader("amount=1"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "https://elsewhere.example")
	w.see(w.browser.Do(request)).expect(t, 403)
	w.post("/leave").expect(t, 200, "A market for pottery")
	w.get("/assets/style.css").expect(t, 200, "--ground")
	w.get("/assets/none.css").expect(t, 404, "nothing at this address")
	w.get("/nowhere").expect(t, 404)
}

func TestTheServerLearnsWhatItsRulesNeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter("jo")
	w.post("/withdrawals", "amount", "12.5")
	w.post("/withdrawals", "amount", "13")
	var devices []string
	for _, r := range w.server.Requests() {
		for _, want := range []string{`"ipAddress":"127.0.0.1"`, `"userAgent":"Go-http-client`, `"username":"jo"`, `"amount":1`, `"deviceId":"`} {
			if !strings.Contains(r.Body, want) {
				t.Errorf("%s is not in %s", want, r.Body)
			}
		}
		_, device, _ := strings.Cut(r.Body, `"deviceId":"`)
		devices = append(devices, device[:deviceLength])
	}
	if len(devices) != 2 || devices[0] != devices[1] {
		t.Errorf("the browser is known as %q", devices)
	}
}

func TestSetupMakesAKeyOnce(t *testing.T) {
	t.Parallel()
	s := settings{public: "https://till.example/", server: "https://mfa.till.example/v1", keyFile: filepath.Join(t.TempDir(), "till.key")}
	var first, second bytes.Buffer
	if err := setUp(&first, s); err != nil {
		t.Fatal(err)
	}
	if err := setUp(&second, s); err != nil || first.String() != second.String() {
		t.Errorf("the second time: %v\n%s", err, second.String())
	}
	key, err := os.ReadFile(s.keyFile)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.keyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, %v", info.Mode(), err)
	}
	for _, want := range []string{strings.TrimSpace(string(key)), `"https://till.example/"`, `["https://till.example", "https://mfa.till.example"]`, tenantID, "{{amount}}"} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("%q is not in\n%s", want, first.String())
		}
	}
}

func TestTheCommandTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"authsignal-shop setup": {"--key", filepath.Join(t.TempDir(), "none")},
		"base URL":              {"--url", "ftp://x"},
		"--pages must be":       {"--pages", "nowhere"},
		"--public-url must be":  {"--public-url", "nowhere"},
	} {
		env := map[string]string{"AUTHSIGNAL_SECRET_KEY": "k"}
		if want == "authsignal-shop setup" {
			env = nil
		}
		cmd := command(func(name string) string { return env[name] })
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestAmountsAreReadAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int{"12": 1200, " 12.5 ": 1250, "12,50": 1250, "12.": 1200, "0.01 €": 1, "999999.99": 99999999} {
		if got, ok := cents(typed); !ok || got != want {
			t.Errorf("%q is %d, %v", typed, got, ok)
		}
	}
	for amount, want := range map[int]string{0: "0.00 €", 5: "0.05 €", 184000: "1,840.00 €", 99999999: "999,999.99 €"} {
		if got := money(amount); got != want {
			t.Errorf("%d is %q", amount, got)
		}
	}
}

func FuzzCents(f *testing.F) {
	f.Add("12,50 €")
	f.Add("1.2.3")
	f.Fuzz(func(t *testing.T, typed string) {
		if got, ok := cents(typed); ok && (got <= 0 || got > 99_999_999) {
			t.Fatalf("%q is %d", typed, got)
		}
	})
}
