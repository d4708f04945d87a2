package loginid

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/receipt"
)

// TestAPasskeyOfTheShopAnswersTheBank: one person, one passkey, two applications of two dialects.
func TestAPasskeyOfTheShopAnswersTheBank(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		phone := w.open(browser, t, &calls{made: map[string]bool{}})
		w.enrol(t, phone)
		id := w.ask(t)
		if got := w.state(t, id); got != "pending" {
			t.Fatalf("the request is %s", got)
		}
		for _, end := range []struct {
			decision string
			module   bool
		}{{"approved", false}, {"denied", false}, {"approved", true}} {
			document, err := phone.answer(w, id, end.decision, end.module)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.state(t, id); got != end.decision {
				t.Errorf("the bank sees %s, want %s", got, end.decision)
			}
			w.verified(t, document, id, end.decision)
			if _, err := phone.answer(w, id, "approved", end.module); err == nil {
				t.Error("a request is answered twice")
			}
			id = w.ask(t)
		}
		w.stranger(browser, t, id)
	})
}

// customer is who the bank and the shop both know, by a number and by a name.
const (
	customer     = "jo"
	customerID   = 1337
	bankQuestion = "Pay 12.50 € to Ann?"
)

// ask has the bank ask, in Authy's words.
func (w *world) ask(t *testing.T) (id string) {
	t.Helper()
	body := "message=Pay+12.50+%E2%82%AC+to+Ann%3F&details%5BAccount%5D=98765&seconds_to_expire=600"
	got := w.Send(t, harness.Request{
		Method: http.MethodPost, Path: fmt.Sprintf("/onetouch/json/users/%d/approval_requests", customerID), Type: "application/x-www-form-urlencoded",
		Body: body, Header: http.Header{"X-Authy-Api-Key": {authyKey}},
	})
	var made struct {
		Request struct{ UUID string } `json:"approval_request"`
	}
	got.JSON(t, &made)
	if got.Status != http.StatusOK || made.Request.UUID == "" {
		t.Fatalf("the bank gets %d %s", got.Status, got.Body)
	}
	return made.Request.UUID
}

func (w *world) state(t *testing.T, id string) string {
	t.Helper()
	var seen struct {
		Request struct{ Status string } `json:"approval_request"`
	}
	w.Send(t, harness.Request{Path: "/onetouch/json/approval_requests/" + id, Header: http.Header{"X-Authy-Api-Key": {authyKey}}}).JSON(t, &seen)
	return seen.Request.Status
}

// enrol gives the customer a passkey on the phone by the shop's page and the vendor's package.
func (w *world) enrol(t *testing.T, phone *tab) {
	t.Helper()
	code, err := w.manager(t, backendClient).GenerateCode(t.Context(), loginid.ByName(customer), loginid.NewCode{Type: loginid.Short, Purpose: loginid.AddCredential, Authorized: true})
	if err != nil {
		t.Fatal(err)
	}
	var in signedIn
	phone.call(&in, library{"@loginid/sdk", "", []any{w.URL, webClient}}, "addFido2CredentialWithCode", customer, string(code.Text), options{})
	if in.User.Username != customer {
		t.Fatalf("enrolled %+v", in)
	}
}

// answer answers on the shop's page, by the calls themselves or by the server's module, and gives the receipt.
func (b *tab) answer(w *world, id, decision string, module bool) ([]byte, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("approve({base: %q, id: %q, decision: %q, module: %t})", w.URL, id, decision, module), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var reply struct{ Message, Receipt, Error string }
	if err := json.Unmarshal([]byte(text), &reply); err != nil {
		b.t.Fatal(err)
	}
	if reply.Error != "" {
		return nil, fmt.Errorf("the page: %s", reply.Error)
	}
	if reply.Message != bankQuestion {
		b.t.Errorf("the page shows %q", reply.Message)
	}
	return []byte(reply.Receipt), nil
}

// verified: the receipt proves the answer by itself, the program says so without a server, and the bank gets the same.
func (w *world) verified(t *testing.T, document []byte, id, decision string) {
	t.Helper()
	proved, err := receipt.Verify(document, receipt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := proved.Statement
	if string(s.Decision) != decision || s.Question.Challenge != id || s.Question.Message != bankQuestion {
		t.Errorf("the statement is %+v", s)
	}
	file := filepath.Join(t.TempDir(), "receipt.json")
	harness.Write(t, file, string(document))
	if out, err := harness.Run(t, "", "verify", file); err != nil || !strings.Contains(out, bankQuestion) {
		t.Errorf("verify: %v\n%s", err, out)
	}
	harness.Write(t, file, strings.Replace(string(document), `"statement":"`, `"statement":"A`, 1))
	if out, err := harness.Run(t, "", "verify", file); err == nil {
		t.Errorf("another statement is verified: %s", out)
	}
	got := w.Send(t, harness.Request{Path: "/api/v1/receipts/" + id, Header: http.Header{"Authorization": {"Bearer " + authyKey}}})
	var of, to any
	got.JSON(t, &of)
	harness.Answer{Body: document}.JSON(t, &to)
	if got.Status != http.StatusOK || !reflect.DeepEqual(of, to) {
		t.Errorf("the bank gets %d %s\nthe page got %s", got.Status, got.Body, document)
	}
}

// stranger: the passkey of somebody else answers nothing.
func (w *world) stranger(browser context.Context, t *testing.T, id string) {
	t.Helper()
	other := w.open(browser, t, &calls{made: map[string]bool{}})
	other.call(nil, library{"@loginid/sdk", "", []any{w.URL, webClient}}, "registerWithFido2", fresh(), options{})
	if _, err := other.answer(w, id, "approved", false); err == nil {
		t.Error("a stranger answers the bank")
	}
	if got := w.state(t, id); got != "pending" {
		t.Errorf("the request is %s", got)
	}
}
