package loginid_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

func TestATokenOfTheUserCounts(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	for _, name := range []string{"jo", "jörg", "a?b~c", "名前", strings.Repeat("ü", 200)} {
		claims, err := client.VerifyToken(t.Context(), server.Token(loginidtest.User{ID: userID, Name: name}), name)
		if err != nil || claims.UserID != userID || claims.Username != name || claims.SessionID == "" || claims.Action != "login" || !claims.ExpiresAt.IsZero() {
			t.Errorf("%s: %+v, %v", name, claims, err)
		}
	}
	end := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	claims, err := client.VerifyAnyToken(t.Context(), server.Token(jo, loginidtest.With("exp", end.Unix()), loginidtest.Without("username")))
	if err != nil || !claims.ExpiresAt.Equal(end) {
		t.Errorf("%+v, %v", claims, err)
	}
}

func TestAnyOtherTokenDoesNot(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	stranger := loginidtest.NewKey(t, "")
	good := server.Token(jo)
	head, rest, _ := strings.Cut(good, ".")
	now := time.Now().Unix()
	for name, token := range map[string]string{
		"empty":                       "",
		"no token":                    "a.b.c",
		"too long":                    good + strings.Repeat("A", 20<<10),
		"no signature":                good[:strings.LastIndex(good, ".")+1],
		"another signature":           good[:len(good)-8] + "AAAAAAAA",
		"another header":              head + "A." + rest,
		"a stranger's key":            server.TokenBy(stranger, jo, loginidtest.Header("kid", "8f14e45f-ceea-467f-a0e6-c5a3b1f0d9c2")),
		"an unknown key":              server.TokenBy(loginidtest.NewKey(t, "nowhere"), jo),
		"an impossible key":           server.Token(jo, loginidtest.Header("kid", "a\nb")),
		"a long key":                  server.Token(jo, loginidtest.Header("kid", strings.Repeat("a", 200))),
		"no algorithm":                server.Token(jo, loginidtest.Header("alg", "none")),
		"a secret for a key":          server.Token(jo, loginidtest.Header("alg", "HS256")),
		"another curve":               server.Token(jo, loginidtest.Header("alg", "ES384")),
		"a critical header":           server.Token(jo, loginidtest.Header("crit", []string{"b64"}), loginidtest.Header("b64", false)),
		"another issuer":              server.Token(jo, loginidtest.With("iss", "evil.test")),
		"no issuer":                   server.Token(jo, loginidtest.Without("iss")),
		"another application":         server.Token(jo, loginidtest.With("aud", "another")),
		"no audience":                 server.Token(jo, loginidtest.Without("aud")),
		"several applications":        server.Token(jo, loginidtest.With("aud", []string{clientID, "another"})),
		"another user":                server.Token(loginidtest.User{ID: userID, Name: "Jo"}),
		"no user":                     server.Token(jo, loginidtest.Without("udata")),
		"no user id":                  server.Token(jo, loginidtest.Without("sub")),
		"an odd user id":              server.Token(jo, loginidtest.With("sub", "1")),
		"two users":                   server.Token(jo, loginidtest.With("username", "ann")),
		"no time":                     server.Token(jo, loginidtest.Without("iat")),
		"half a second":               server.Token(jo, loginidtest.With("iat", float64(now)-0.5)),
		"too old":                     server.Token(jo, loginidtest.With("iat", now-301)),
		"of the future":               server.Token(jo, loginidtest.With("iat", now+120)),
		"a time beyond all":           server.Token(jo, loginidtest.With("iat", int64(1)<<62)),
		"before all":                  server.Token(jo, loginidtest.With("iat", -1)),
		"expired":                     server.Token(jo, loginidtest.With("exp", now-1)),
		"not yet":                     server.Token(jo, loginidtest.With("nbf", now+120)),
		"a number for a name":         server.Token(jo, loginidtest.With("udata", 7)),
		"a service token of our own":  serviceToken(t, client),
		"the client's name in Python": server.Token(jo, loginidtest.With("aud", clientID+"=")),
	} {
		claims, err := client.VerifyToken(t.Context(), token, "jo")
		if claims != nil || !errors.Is(err, loginid.ErrUnverified) {
			t.Errorf("%s: %+v, %v", name, claims, err)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\r") || len(token) > 20 && strings.Contains(err.Error(), token[:20]) {
			t.Errorf("%s: the error says too much: %v", name, err)
		}
	}
	if _, err := client.VerifyToken(t.Context(), good, ""); !errors.Is(err, loginid.ErrFormat) {
		t.Errorf("nobody is somebody: %v", err)
	}
}

func serviceToken(t *testing.T, client *loginid.Management) string {
	t.Helper()
	token, err := client.ServiceToken(loginid.ScopeLogin, loginid.TokenOptions{User: loginid.ByName("jo")})
	if err != nil {
		t.Fatal(err)
	}
	return string(token)
}

func TestIssuerAndAgeCanBeSet(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody, loginid.WithIssuer("shop.example", "mfa.example"), loginid.WithTokenAge(time.Hour))
	old := server.Token(jo, loginidtest.With("iss", "mfa.example"), loginidtest.With("iat", time.Now().Add(-50*time.Minute).Unix()))
	if _, err := client.VerifyToken(t.Context(), old, "jo"); err != nil {
		t.Error(err)
	}
	if _, err := client.VerifyToken(t.Context(), server.Token(jo), "jo"); !errors.Is(err, loginid.ErrUnverified) {
		t.Errorf("the vendor's name counts too: %v", err)
	}
}

func TestKeysOfTheServerAreAskedForOnce(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	done := make(chan error)
	for range 20 {
		go func() {
			_, err := client.VerifyToken(t.Context(), server.Token(jo), "jo")
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := server.Asked("8f14e45f-ceea-467f-a0e6-c5a3b1f0d9c2"); n != 1 {
		t.Errorf("the key was asked for %d times", n)
	}
	old := server.Token(jo)
	server.Rotate(loginidtest.NewKey(t, "newer"))
	for _, token := range []string{server.Token(jo), old} {
		if _, err := client.VerifyToken(t.Context(), token, "jo"); err != nil {
			t.Error(err)
		}
	}
	// A token that names no key is of the current one, which changes.
	for i, name := range []string{"a", "b"} {
		server.Rotate(loginidtest.NewKey(t, name))
		nameless := server.Token(jo, func(header, _ map[string]any) { delete(header, "kid") })
		if _, err := client.VerifyToken(t.Context(), nameless, "jo"); err != nil || server.Asked("") != i+1 {
			t.Errorf("%v, asked %d times", err, server.Asked(""))
		}
	}
}

func TestManyKeysAreNotRemembered(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	first := server.Token(jo)
	for i := range 17 {
		if i > 0 {
			server.Rotate(loginidtest.NewKey(t, strings.Repeat("k", i)))
		}
		if _, err := client.VerifyToken(t.Context(), server.Token(jo), "jo"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.VerifyToken(t.Context(), first, "jo"); err != nil || server.Asked("8f14e45f-ceea-467f-a0e6-c5a3b1f0d9c2") != 2 {
		t.Errorf("%v, the oldest was asked for %d times", err, server.Asked("8f14e45f-ceea-467f-a0e6-c5a3b1f0d9c2"))
	}
}

func TestMadeUpKeysAreNotAskedForWithoutEnd(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	if _, err := client.VerifyToken(t.Context(), server.Token(jo), "jo"); err != nil {
		t.Fatal(err)
	}
	stranger := loginidtest.NewKey(t, "")
	asked := 0
	for i := range 50 {
		stranger.ID = "made-up-" + strings.Repeat("x", i)
		if _, err := client.VerifyToken(t.Context(), server.TokenBy(stranger, jo), "jo"); !errors.Is(err, loginid.ErrUnverified) {
			t.Fatal(err)
		}
		asked += server.Asked(stranger.ID)
	}
	if asked == 0 || asked > 10 {
		t.Errorf("the server was asked %d times", asked)
	}
	if _, err := client.VerifyToken(t.Context(), server.Token(jo), "jo"); err != nil {
		t.Errorf("a known key does not count any more: %v", err)
	}
}
