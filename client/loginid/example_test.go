package loginid_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
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

// exampleServer answers each call with one body, by its path.
func exampleServer(bodies map[string]string) (server *loginidtest.Server, privateKey []byte, done func()) {
	l := &loud{}
	key := loginidtest.NewKey(l, "")
	server = loginidtest.Start(l, clientID, &key, func(r loginidtest.Request) loginidtest.Reply {
		body, ok := bodies[r.Path]
		if !ok {
			return loginidtest.Refusal(404, "not_found")
		}
		return loginidtest.Reply{Body: body}
	})
	return server, key.PrivatePEM(), l.close
}

func Example() {
	server, privateKey, done := exampleServer(nil) // os.ReadFile("shop.pem")
	defer done()
	ctx := context.Background()

	shop, err := loginid.NewManagement(server.URL, clientID, privateKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	// The page asks for permission to sign jo in …
	token, err := shop.ServiceToken(loginid.ScopeLogin, loginid.TokenOptions{User: loginid.ByName("jo")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("for the page:", token)
	// … and brings what the server has said in the end.
	brought := server.Token(jo)
	for _, name := range []string{"jo", "ann"} {
		claims, err := shop.VerifyToken(ctx, brought, name)
		switch {
		case err == nil:
			fmt.Println("welcome,", claims.Username)
		case errors.Is(err, loginid.ErrUnverified):
			fmt.Println("this is not", name)
		default:
			fmt.Println("try again later:", err)
		}
	}
	// Output:
	// for the page: ••••••
	// welcome, jo
	// this is not ann
}

func ExampleLoginID_VerifyTransaction() {
	server, privateKey, done := exampleServer(map[string]string{"/tx": `{"id":"` + txID + `"}`})
	defer done()
	ctx := context.Background()
	shop, err := loginid.NewManagement(server.URL, clientID, privateKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	// What is to be paid is kept here; the page gets the id alone.
	payload := "Pay 12.50 € to Ann"
	tx, err := shop.CreateTx(ctx, loginid.NewTx{Payload: payload, Username: "jo"})
	if err != nil {
		fmt.Println(err)
		return
	}
	expected := loginid.Expected{User: loginid.ByName("jo"), Nonce: tx.Nonce}
	for _, signed := range []string{"Pay 12.50 € to Ann", "Pay 1250 € to Eve"} {
		brought := server.TxToken(jo, signed, tx.Nonce)
		if _, err := shop.VerifyTransaction(ctx, brought, payload, expected); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println("paid")
	}
	// Output:
	// paid
	// loginid: the token is not verified: it is of another transaction
}

func ExampleLoginID_WaitCode() {
	bodies := map[string]string{
		"/codes/short/generate":  `{"code":"123456","expires_at":"2030-01-02T03:04:05Z","is_authorized":false}`,
		"/codes/short/authorize": `{"expires_at":"2030-01-02T03:04:05Z","is_authorized":true}`,
	}
	server, privateKey, done := exampleServer(bodies)
	defer done()
	bodies["/authenticate/code/wait"] = server.SignedIn(jo, server.Token(jo))
	ctx := context.Background()
	shop, err := loginid.NewManagement(server.URL, clientID, privateKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	code, err := shop.GenerateCode(ctx, loginid.ByName("jo"), loginid.NewCode{Type: loginid.Short, Purpose: loginid.TemporaryAuthentication})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the new device shows", string(code.Text))
	typed := loginid.TypedCode{Type: loginid.Short, Text: "123456"} // where jo is signed in
	if _, err := shop.AuthorizeCode(ctx, loginid.ByName("jo"), loginid.TemporaryAuthentication, typed); err != nil {
		fmt.Println(err)
		return
	}
	in, err := shop.WaitCode(ctx, "jo", typed, loginid.Finish{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the new device is signed in as", in.Username)
	// Output:
	// the new device shows 123456
	// the new device is signed in as jo
}

func ExampleManagement_Credentials() {
	server, privateKey, done := exampleServer(map[string]string{
		"/credentials/list": `{"user_id":"` + userID + `","credentials":[` + one + `]}`,
	})
	defer done()
	shop, err := loginid.NewManagement(server.URL, clientID, privateKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	credentials, err := shop.Credentials(context.Background(), loginid.ByName("jo"), loginid.CredentialActive)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range credentials {
		fmt.Println(c.Name, c.Type)
	}
	// Output:
	// Phone fido2
}
