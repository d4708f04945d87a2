package launchkeytest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// slack is by how many seconds a request's clock may differ from the server's.
const slack = 5

// prove checks a request as a server has to. What is wrong fails the test, and
// gives no claims.
func (s *Server) prove(r *http.Request) (Request, map[string]any) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("reading a request: %v", err)
		return Request{}, nil
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "IOV-JWT ")
	if !ok {
		s.t.Errorf("%s %s is not signed", r.Method, r.URL.Path)
		return Request{}, nil
	}
	claims := s.verify(token)
	if claims == nil {
		return Request{}, nil
	}
	s.checkClaims(claims)
	s.checkRequest(r, claims, string(body))
	subject, _ := claims["sub"].(string)
	request := Request{Method: r.Method, Path: r.URL.EscapedPath(), Subject: subject, Header: r.Header}
	if len(body) > 0 {
		request.Body = s.open(string(body))
	}
	return request, claims
}

func (s *Server) verify(token string) map[string]any {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512})
	if err != nil {
		s.t.Errorf("the token of a request: %v", err)
		return nil
	}
	if id := signed.Signatures[0].Header.KeyID; id != s.IssuerKey.ID {
		s.t.Errorf("a request is signed with %s", id)
		return nil
	}
	payload, err := signed.Verify(&s.IssuerKey.PublicKey)
	if err != nil {
		s.t.Errorf("the token of a request: %v", err)
		return nil
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		s.t.Errorf("the claims of a request: %v", err)
		return nil
	}
	return claims
}

func (s *Server) checkClaims(claims map[string]any) {
	now := s.Now().Unix()
	issued, _ := claims["iat"].(float64)
	expires, _ := claims["exp"].(float64)
	switch {
	case claims["iss"] != s.Issuer, claims["aud"] != identifier, claims["jti"] == nil, claims["jti"] == "":
		s.t.Errorf("claims %v", claims)
	case claims["nbf"] != claims["iat"], int64(issued) > now+slack, int64(issued) < now-slack, int64(expires) != int64(issued)+expiry:
		s.t.Errorf("times of the claims %v at %d", claims, now)
	}
}

func (s *Server) checkRequest(r *http.Request, claims map[string]any, body string) {
	request, _ := claims["request"].(map[string]any)
	switch {
	case request["meth"] != r.Method, request["path"] != r.URL.EscapedPath():
		s.t.Errorf("request claims %v for %s %s", request, r.Method, r.URL)
	case body == "" && (request["hash"] != nil || request["func"] != nil):
		s.t.Errorf("a hash of no body: %v", request)
	case body != "" && (request["func"] != "S256" || request["hash"] != hexSHA256(body)):
		s.t.Errorf("request claims %v do not fit the body", request)
	case r.Method == http.MethodGet && body != "":
		s.t.Errorf("a GET with a body: %s", r.URL.Path)
	}
}

func (s *Server) open(body string) string {
	sealed, err := jose.ParseEncryptedCompact(body, []jose.KeyAlgorithm{jose.RSA_OAEP}, []jose.ContentEncryption{jose.A256CBC_HS512})
	if err != nil {
		s.t.Errorf("the body of a request: %v", err)
		return ""
	}
	key, ok := s.key(sealed.Header.KeyID)
	if !ok {
		s.t.Errorf("a request is encrypted for %s", sealed.Header.KeyID)
		return ""
	}
	plain, err := sealed.Decrypt(key.PrivateKey)
	if err != nil {
		s.t.Errorf("the body of a request: %v", err)
	}
	return string(plain)
}
