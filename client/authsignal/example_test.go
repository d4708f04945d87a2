package authsignal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

// loud is what the server of the tests complains to when there is no test.
type loud struct {
	testing.TB
	cleanup []func()
}

func (*loud) Helper()                           {}
func (l *loud) Cleanup(f func())                { l.cleanup = append(l.cleanup, f) }
func (*loud) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (*loud) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

func (l *loud) close() {
	for _, f := range l.cleanup {
		f()
	}
}

func exampleServer() (server *authsignaltest.Server, done func()) {
	l := &loud{}
	return authsignaltest.Start(l), l.close
}

func Example() {
	server, done := exampleServer()
	defer done()
	ctx := context.Background()

	shop, err := authsignal.New(server.URL, authsignal.Secret(server.SecretKey))
	if err != nil {
		fmt.Println(err)
		return
	}
	// Jo wants to withdraw much …
	asked, err := shop.Track(ctx, "jo", "withdraw", authsignal.Attributes{
		RedirectURL: "https://shop.example/withdrawals/17", Custom: map[string]any{"amount": 2500},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(asked.State, "with", asked.Token) // keep asked.IdempotencyKey, send the browser to asked.URL
	// … proves it, and the browser comes back with a token.
	token := authsignal.Secret(server.Pass(string(asked.Token), "PASSKEY"))
	for _, name := range []authsignal.UserID{"jo", "ann"} {
		_, err := shop.RequireChallenge(ctx, token, authsignal.Expected{UserID: name, Action: "withdraw", IdempotencyKey: asked.IdempotencyKey})
		switch {
		case err == nil:
			fmt.Println("the money is on its way,", name)
		case errors.Is(err, authsignal.ErrNotPassed):
			fmt.Println("this is not", name)
		default:
			fmt.Println("try again later:", err)
		}
	}
	// Output:
	// CHALLENGE_REQUIRED with ••••••
	// the money is on its way, jo
	// this is not ann
}

func ExampleAuthsignal_Challenge() {
	server, done := exampleServer()
	defer done()
	ctx := context.Background()
	shop, err := authsignal.New(server.URL, authsignal.Secret(server.SecretKey))
	if err != nil {
		fmt.Println(err)
		return
	}
	sent, err := shop.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.EmailOTP, Action: "signIn", Email: "jo@example.net"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, typed := range []string{"no idea", server.Code(string(sent.ID))} {
		result, err := shop.Verify(ctx, sent.ID, authsignal.Secret(typed))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v %s%s\n", result.IsVerified, result.Failure, result.Email)
	}
	claimed, err := shop.ClaimChallenge(ctx, sent.ID, "jo", authsignal.Claim{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = shop.RequireChallenge(ctx, claimed.Token, authsignal.Expected{UserID: "jo", Action: "signIn"})
	fmt.Println(err)
	// Output:
	// false CODE_INVALID_OR_EXPIRED
	// true jo@example.net
	// <nil>
}

func ExampleWebhook() {
	server, done := exampleServer()
	defer done()
	hook, err := authsignal.NewWebhook([]authsignal.Secret{authsignal.Secret(server.SecretKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, header, err := hook.ReadRequest(r)
		if err != nil {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		event, err := hook.ConstructEvent(payload, header)
		if err != nil {
			http.Error(w, "", http.StatusUnauthorized)
			return
		}
		var changed authsignal.AuthenticatorChanged
		if err := event.Decode(&changed); err == nil {
			fmt.Println(event.Type, changed.UserID, changed.Method)
		}
	})
	event := server.Event("authenticator.created", authsignaltest.Doc{"userId": "jo", "verificationMethod": "PASSKEY"})
	fmt.Println(server.Deliver(handler, "/webhooks", event))
	// Output:
	// authenticator.created jo PASSKEY
	// 200
}

func ExampleManagement_CreateRule() {
	server, done := exampleServer()
	defer done()
	settings, err := authsignal.NewManagement(server.URL, authsignal.Secret(server.ManagementKey))
	if err != nil {
		fmt.Println(err)
		return
	}
	rule, err := settings.CreateRule(context.Background(), "withdraw", authsignal.Rule{
		Name: "Large withdrawals", IsActive: true, Outcome: authsignal.OutcomeChallenge,
		Conditions: []byte(`{"and":[{">":[{"var":"custom.amount"},100]}]}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rule.Name, string(rule.Conditions))
	// Output:
	// Large withdrawals {"and":[{">":[{"var":"custom.amount"},100]}]}
}
