package launchkeytest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
)

// Content types of webhooks.
const (
	Sealed = "application/jose"
	Plain  = "application/json"
)

// Webhook is one that the server sends. All but the first four are for lies.
type Webhook struct {
	Path        string // of the URL that the server was given
	Subject     string // entity reference
	ContentType string // Sealed or Plain
	Body        string // as sent

	Signer  *Key
	Alg     jose.SignatureAlgorithm
	Claims  func(claims map[string]any)
	NoToken bool
}

// Deliver makes the request that carries a webhook.
func (s *Server) Deliver(w Webhook) *http.Request {
	now := s.Now().Unix()
	claims := map[string]any{
		"iss": identifier, "aud": s.Issuer, "sub": w.Subject, "jti": "7c1d0000-0000-4000-8000-000000000001",
		"iat": now, "nbf": now, "exp": now + expiry,
		"request": map[string]any{"meth": http.MethodPost, "path": w.Path, "func": "S256", "hash": hexSHA256(w.Body)},
	}
	r := httptest.NewRequest(http.MethodPost, w.Path, strings.NewReader(w.Body))
	r.Header.Set("Content-Type", w.ContentType)
	if !w.NoToken {
		r.Header.Set("X-Iov-Jwt", s.sign(w.Signer, w.Alg, w.Claims, claims))
	}
	return r
}

// Response is the body of an answered request, around the packages of a device
// that are sealed for a key of the issuer. What is in extra is added or replaced;
// nil takes a member away.
func (s *Server) Response(p answerpackage.Package, key Key, extra map[string]any) string {
	sealed, err := answerpackage.Seal(p, answerpackage.Recipient{KeyID: key.ID, Key: &key.PublicKey})
	if err != nil {
		s.t.Errorf("sealing an answer: %v", err)
	}
	outer := map[string]any{
		"auth": sealed.Auth, "auth_jwe": sealed.AuthJWE, "service_user_hash": "service-hash", "org_user_hash": "org-hash",
		"user_push_id": "push-id", "public_key_id": key.ID,
	}
	for name, value := range extra {
		outer[name] = value
		if value == nil {
			delete(outer, name)
		}
	}
	raw, err := json.Marshal(outer)
	if err != nil {
		s.t.Errorf("writing an answer: %v", err)
	}
	return string(raw)
}

// Answered is the webhook of an answered request.
func (s *Server) Answered(path, subject string, p answerpackage.Package) Webhook {
	plain := s.Response(p, s.IssuerKey, map[string]any{"type": "AUTHORIZATION_RESPONSE"})
	return Webhook{Path: path, Subject: subject, ContentType: Sealed, Body: s.IssuerKey.Seal(s.t, plain, "")}
}
