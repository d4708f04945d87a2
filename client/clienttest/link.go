package clienttest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// announced reads a body that announces a key, which has to be the one that signed the request.
func (c *call) announced(body any, key *api.JWK) *api.Problem {
	if p := c.decode(body); p != nil {
		return p
	}
	if receipt.JWK(*key) != c.proof.Key {
		return problem(http.StatusBadRequest, api.CodeKeyMismatch, "the proof was made with another key")
	}
	return nil
}

func (s *Server) link(c *call) (any, *api.Problem) {
	var in api.LinkRequest
	if p := c.announced(&in, &in.Key); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code := strings.ToUpper(strings.TrimSpace(in.Code)) + in.Token
	if j := s.joinBy(code); j != nil {
		return s.claim(c, j, in)
	}
	if (in.Code == "") == (in.Token == "") || !s.codes[code] {
		return nil, problem(http.StatusForbidden, api.CodeLinkRefused, "the code is unknown, expired or used")
	}
	delete(s.codes, code)
	return s.add(c.proof, in.Name, in.Platform), nil
}

func (s *Server) startPhoneLink(c *call) (any, *api.Problem) {
	var in api.PhoneLinkRequest
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, code := s.next("enr"), s.next("77")
	code = strings.ReplaceAll(code, "-", "0")
	if in.Phone == KnownPhone {
		s.texts[in.Phone] = code
		s.phoneCodes[id] = phoneLink{thumbprint: c.proof.Thumbprint, request: in, code: code}
	}
	return api.PhoneLinkStarted{EnrollmentID: id, ExpiresAt: receipt.FormatTime(s.now.Add(10 * time.Minute))}, nil
}

func (s *Server) finishPhoneLink(c *call) (any, *api.Problem) {
	var in api.PhoneLinkCode
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.r.PathValue("enrollment")
	begun, ok := s.phoneCodes[id]
	if !ok || begun.code != in.Code || begun.thumbprint != c.proof.Thumbprint {
		return nil, problem(http.StatusForbidden, api.CodeLinkRefused, "the code is wrong, expired or used")
	}
	if s.otherDirectory && in.Directory != dirID {
		p := problem(http.StatusConflict, api.CodeDirectoryRequired, "several directories know this number")
		p.Directories = []api.Named{{ID: dirID, Name: "customers"}, {ID: "dir-staff", Name: "staff"}}
		return nil, p
	}
	delete(s.phoneCodes, id)
	return s.add(c.proof, begun.request.Name, begun.request.Platform), nil
}

// add links a key. The caller holds the lock.
func (s *Server) add(proof *receipt.Proof, name, platform string) api.LinkedAccount {
	device := api.Device{
		ID:        s.next("dev"),
		Name:      name,
		Platform:  platform,
		Key:       proof.Thumbprint,
		CreatedAt: receipt.FormatTime(s.now),
	}
	s.devices[proof.Thumbprint] = device
	return api.LinkedAccount{
		Account: s.account(device),
		TOTP: &api.TOTP{
			Secret: Secret, Algorithm: "SHA1", Digits: 6, Period: 30,
			Issuer: "Acme", Label: "Acme (a•••@example.com)",
		},
	}
}

func (s *Server) account(device api.Device) api.Account {
	return api.Account{
		Device:       device,
		User:         api.User{ID: annID, Number: 1337, Email: "a•••@example.com", Phone: "•••0100"},
		Directory:    api.Named{ID: dirID, Name: "customers"},
		Organization: api.Named{ID: "org-acme", Name: "Acme"},
		Applications: []api.Named{{ID: "app-bank", Name: "Acme Bank"}},
		ServerKey:    api.JWK(s.jwk()),
		ServerTime:   receipt.FormatTime(s.now),
	}
}

func (s *Server) self(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account(c.device), nil
}

func (s *Server) unlink(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.devices, c.proof.Thumbprint)
	return nil, nil
}

func (s *Server) setPush(c *call) (any, *api.Problem) {
	var in api.PushSubscription
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	if in.Endpoint == "" || in.Keys.Auth == "" || in.Keys.P256DH == "" {
		return nil, problem(http.StatusBadRequest, api.CodeInvalidRequest, "the subscription is incomplete")
	}
	return s.push(c, true)
}

func (s *Server) removePush(c *call) (any, *api.Problem) { return s.push(c, false) }

func (s *Server) push(c *call, on bool) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.device.Push = on
	s.devices[c.proof.Thumbprint] = c.device
	return nil, nil
}

// pushKey gives a point, as browsers insist on. Nothing is pushed by it.
func (s *Server) pushKey(*call) (any, *api.Problem) {
	point, err := s.key.PublicKey.Bytes()
	if err != nil {
		return nil, problem(http.StatusInternalServerError, api.CodeInternal, err.Error())
	}
	return api.PushKey{PublicKey: base64.RawURLEncoding.EncodeToString(point)}, nil
}
