package loginid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func FuzzToken(f *testing.F) {
	f.Add("eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImEifQ.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("a.b.c")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		jws, err := parse(token)
		if err != nil {
			if !errors.Is(err, ErrUnverified) {
				t.Fatal(err)
			}
			return
		}
		if _, err := jws.Verify(&key.PublicKey); err == nil {
			t.Fatal("a token passes that nobody has signed")
		}
	})
}

func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"loginid.io","aud":"c","sub":"7f0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d","udata":"jo","iat":1}`))
	f.Add([]byte(`{"iss":"loginid.io","aud":"c","sub":"7f0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d","udata":"jo","iat":1,"exp":2,"nbf":1,"nonce":"n","server_nonce":"s","tx_hash":"h"}`))
	f.Add([]byte(`{"iat":9223372036854775807}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		read, err := readClaims(payload)
		if (err == nil) != (read != nil) || err != nil && !errors.Is(err, ErrUnverified) {
			t.Fatalf("%+v, %v", read, err)
		}
		if err != nil {
			return
		}
		claims, err := read.judge("c", rules{issuers: []string{"loginid.io"}, age: time.Minute}, time.Unix(30, 0))
		if err == nil && (claims.Issuer != "loginid.io" || claims.UserID.check() != nil || claims.Username == "" || claims.IssuedAt.Unix() > 90) {
			t.Fatalf("%+v", claims)
		}
		if read.confirms("pay 1", Expected{Nonce: "n"}) == nil && (read.Nonce != "n" || read.TxHash != hash("pay 1", "n", read.ServerNonce)) {
			t.Fatalf("%+v confirms", read)
		}
	})
}

func FuzzPublicKey(f *testing.F) {
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if key, ok := readPublicKey(text); ok && key.Curve != elliptic.P256() {
			t.Fatalf("a key on %s", key.Params().Name)
		}
		if key, err := readPrivateKey(text); err == nil && key.Curve != elliptic.P256() {
			t.Fatalf("a key on %s", key.Params().Name)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"code":"user_not_found","message":"no such user"}`))
	f.Add(500, []byte(`{"code":7,"message":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		refused := refusal("test", &answer{status: status, body: body})
		if text := refused.Error(); strings.ContainsAny(text, "\n\r\x1b") || len(text) > 8<<10 {
			t.Fatalf("not fit for a log: %q", text)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"is_authenticated":true,"jwt":"a.b.c","user":{"id":"7f0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d","username":"jo"}}`))
	f.Add([]byte(`{"created_at":"2030-01-02T03:04:05.678Z","challenge":"AAEC"}`))
	l := &LoginID{clientID: "c", certs: newCerts(), rules: rules{issuers: []string{"loginid.io"}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		var wire wireSignedIn
		if json.Unmarshal(body, &wire) == nil {
			got, err := l.read(t.Context(), "test", ByName("jo"), Finish{NoToken: true}, wire)
			if err == nil && (got.Username != "jo" || got.UserID.check() != nil) {
				t.Fatalf("%+v", got)
			}
		}
		var profile wireProfile
		_ = json.Unmarshal(body, &profile)
		_ = hasChallenge(body)
	})
}
