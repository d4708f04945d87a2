package loginid_test

import (
	"bytes"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

var (
	ann = loginidtest.User{ID: otherID, Name: "ann"}
	big = loginidtest.User{ID: userID, Name: "JO"}
)

func TestAFinishedCeremonyIsOfItsUser(t *testing.T) {
	t.Parallel()
	var server *loginidtest.Server
	var body atomic.Value
	server, client := platform(t, func(loginidtest.Request) loginidtest.Reply {
		return loginidtest.Reply{Body: body.Load().(string)}
	})
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"no token":           {server.SignedIn(jo, ""), loginid.ErrUnverified},
		"another's token":    {server.SignedIn(jo, server.Token(ann)), loginid.ErrUnexpectedAnswer},
		"another user":       {server.SignedIn(ann, server.Token(ann)), loginid.ErrUnexpectedAnswer},
		"almost the user":    {server.SignedIn(big, server.Token(big)), loginid.ErrUnexpectedAnswer},
		"a stranger's token": {server.SignedIn(jo, server.TokenBy(loginidtest.NewKey(t, "x"), jo)), loginid.ErrUnverified},
		"not authenticated":  {`{"is_authenticated":false,"jwt":"` + server.Token(jo) + `"}`, loginid.ErrUnexpectedAnswer},
		"an empty object":    {`{}`, loginid.ErrUnexpectedAnswer},
		"nothing":            {``, loginid.ErrUnexpectedAnswer},
	} {
		body.Store(c.body)
		if got, err := client.AuthenticateFIDO2Complete(t.Context(), "jo", assertion, loginid.Finish{}); got != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	body.Store(server.SignedIn(jo, ""))
	got, err := client.AuthenticateFIDO2Complete(t.Context(), "jo", assertion, loginid.Finish{NoToken: true})
	if err != nil || got.UserID != userID || got.Token != "" || got.Claims != nil {
		t.Errorf("%+v, %v", got, err)
	}
	body.Store(`{"is_authenticated":true}`)
	if got, err := client.AuthenticateFIDO2Complete(t.Context(), "jo", assertion, loginid.Finish{NoToken: true}); got != nil || !errors.Is(err, loginid.ErrUnexpectedAnswer) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestKeysThatProgramsBring(t *testing.T) {
	t.Parallel()
	holder := loginidtest.NewKey(t, "")
	public := string(bytes.ReplaceAll(holder.PublicPEM(), []byte("\n"), []byte(`\n`)))
	var server *loginidtest.Server
	server, client := platform(t, func(r loginidtest.Request) loginidtest.Reply {
		wants := map[string]string{
			"/credentials/publickey":       `{"client_id":"` + clientID + `","username":"jo","no_jwt":false,"publickey_alg":"ES256","publickey":"` + public + `","options":{"credential_name":"Robot"}}`,
			"/authenticate/publickey/init": `{"client_id":"` + clientID + `","username":"jo","publickey_alg":"ES256","publickey":"` + public + `"}`,
		}
		if want, ok := wants[r.Path]; ok && !sameJSON(t, r.Body, want) {
			t.Errorf("%s\n got %s\nwant %s", r.Path, r.Body, want)
		}
		if r.Path == "/authenticate/publickey/init" {
			return loginidtest.Reply{Body: `{"challenge_id":"` + txID + `","server_nonce":"n"}`}
		}
		return loginidtest.Reply{Body: server.SignedIn(jo, server.Token(jo))}
	})
	added, err := client.AddPublicKeyCredential(t.Context(), loginid.ByName("jo"), holder.PublicPEM(), loginid.Finish{CredentialName: "Robot"})
	if err != nil || added.UserID != userID {
		t.Fatalf("%+v, %v", added, err)
	}
	challenge, err := client.AuthenticatePublicKeyInit(t.Context(), "jo", holder.PublicPEM())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := loginid.SignKeyChallenge(holder.PrivatePEM(), *challenge)
	if err != nil {
		t.Fatal(err)
	}
	in, err := client.AuthenticatePublicKeyComplete(t.Context(), "jo", challenge.ID, string(signed), loginid.Finish{})
	if err != nil || in.Username != "jo" {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestWaitingGoesOnUntilTheCodeIsAuthorized(t *testing.T) {
	t.Parallel()
	var server *loginidtest.Server
	var asked atomic.Int32
	server, client := platform(t, func(r loginidtest.Request) loginidtest.Reply {
		if r.Scope != "auth.temporary" || r.Claims["username"] != "jo" {
			t.Errorf("the token says %v", r.Claims)
		}
		switch asked.Add(1) {
		case 1:
			return loginidtest.Refusal(400, "remote_session_timeout")
		case 2:
			return loginidtest.Refusal(503, "internal_server_error")
		default:
			return loginidtest.Reply{Body: server.SignedIn(jo, server.Token(jo, loginidtest.With("action", "temporary_authentication")))}
		}
	}, loginid.WithPolling(time.Millisecond, time.Millisecond))
	got, err := client.WaitCode(t.Context(), "jo", short, loginid.Finish{})
	if err != nil || got.Claims.Action != "temporary_authentication" || asked.Load() != 3 {
		t.Errorf("%+v, %v after %d requests", got, err, asked.Load())
	}
}

func TestWaitingEndsWithTheCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"verification_code_expired":   loginid.ErrCodeExpired,
		"verification_code_not_found": loginid.ErrInvalidCode,
		"user_not_found":              loginid.ErrUserNotFound,
	} {
		_, client := platform(t, func(loginidtest.Request) loginidtest.Reply { return loginidtest.Refusal(400, code) })
		if got, err := client.WaitCode(t.Context(), "jo", short, loginid.Finish{}); got != nil || !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v", code, got, err)
		}
	}
}
