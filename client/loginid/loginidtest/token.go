package loginidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// User is somebody whom the server knows.
type User struct{ ID, Name string }

// Lie changes the header or the claims of a token before it is signed.
type Lie func(header, claims map[string]any)

// Without leaves out a claim.
func Without(claim string) Lie {
	return func(_, claims map[string]any) { delete(claims, claim) }
}

// With sets a claim.
func With(claim string, value any) Lie {
	return func(_, claims map[string]any) { claims[claim] = value }
}

// Header sets a member of the header.
func Header(name string, value any) Lie {
	return func(header, _ map[string]any) { header[name] = value }
}

// Token is what a browser brings after its user has signed in.
func (s *Server) Token(user User, lies ...Lie) string {
	s.lock.Lock()
	key := s.keys[len(s.keys)-1]
	s.lock.Unlock()
	return s.TokenBy(key, user, lies...)
}

// TokenBy is [Server.Token] signed with this key, under its name.
func (s *Server) TokenBy(key Key, user User, lies ...Lie) string {
	header := map[string]any{"alg": "ES256", "typ": "JWT", "kid": key.ID}
	claims := map[string]any{
		"iss": "loginid.io", "aud": s.ClientID, "sub": user.ID, "udata": user.Name, "username": user.Name,
		"nid": "0123456789abcdef", "sid": "0d4f6c1e-5a2b-4c3d-9e8f-7a6b5c4d3e2f", "action": "login", "iat": time.Now().Unix(),
	}
	for _, lie := range lies {
		lie(header, claims)
	}
	return key.Sign(s.t, header, claims)
}

// TxToken is what a browser brings after its user has confirmed a transaction.
func (s *Server) TxToken(user User, payload, nonce string, lies ...Lie) string {
	const serverNonce = "SRV-abcdef"
	sum := sha256.Sum256([]byte(payload + nonce + serverNonce))
	signed := func(_, claims map[string]any) {
		claims["action"], claims["nonce"], claims["server_nonce"] = "transaction", nonce, serverNonce
		claims["tx_hash"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return s.Token(user, append([]Lie{signed}, lies...)...)
}

// SignedIn is the answer of a finishing call, with this token; none when empty.
func (s *Server) SignedIn(user User, token string) string {
	body := map[string]any{
		"is_authenticated": true,
		"client":           map[string]any{"id": s.ClientID, "type": "directweb"},
		"user":             map[string]any{"id": user.ID, "type": "user", "username": user.Name, "namespace_id": "0123456789abcdef"},
		"session":          map[string]any{"id": "0d4f6c1e-5a2b-4c3d-9e8f-7a6b5c4d3e2f"},
		"credential":       map[string]any{"uuid": "4b1e2c3d-0a9f-4e8d-b7c6-a5f4e3d2c1b0", "id": "4b1e2c3d-0a9f-4e8d-b7c6-a5f4e3d2c1b0", "type": "fido2", "name": "Phone"},
	}
	if token != "" {
		body["jwt"] = token
	}
	return text(s.t, body)
}
