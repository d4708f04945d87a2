package clienttest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// call is one request whose proof was checked.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	proof  *receipt.Proof
	device api.Device // zero for unlinked keys
}

// written is what a handler returns when it has written the answer itself.
type written struct{}

type handler func(*call) (any, *api.Problem)

// open serves requests that any key may sign.
func (s *Server) open(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r}
		w.Header().Set("Date", s.Now().Format(http.TimeFormat))
		if p := s.check(c); p != nil {
			s.refuse(w, p)
			return
		}
		out, p := h(c)
		switch _, done := out.(written); {
		case p != nil:
			s.refuse(w, p)
		case done:
		case out == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(out) // a gone client is no matter
		}
	}
}

// linked serves requests signed by a linked device.
func (s *Server) linked(h handler) http.HandlerFunc {
	return s.open(func(c *call) (any, *api.Problem) {
		s.mu.Lock()
		device, ok := s.devices[c.proof.Thumbprint]
		s.mu.Unlock()
		if !ok {
			return nil, problem(http.StatusUnauthorized, api.CodeDeviceUnknown, "this key is not linked")
		}
		c.device = device
		return h(c)
	})
}

// check reads the body and the proof of a request.
func (s *Server) check(c *call) *api.Problem {
	if p := s.planned(); p != nil {
		return p
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, api.MaxDeviceBody))
	if err != nil {
		return problem(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the body is too large")
	}
	header := c.r.Header.Get(api.HeaderProof)
	if header == "" {
		return problem(http.StatusUnauthorized, api.CodeProofMissing, "the request is not signed")
	}
	proof, err := receipt.ParseProof(header, c.r.Method, c.r.RequestURI, body)
	if err != nil {
		return problem(http.StatusUnauthorized, api.CodeProofInvalid, err.Error())
	}
	c.body, c.proof = body, proof
	if err := s.fresh(proof); err != nil {
		return err
	}
	return c.checkType()
}

func (s *Server) fresh(proof *receipt.Proof) *api.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := proof.CheckTime(s.now); err != nil {
		return problem(http.StatusUnauthorized, api.CodeProofTime, err.Error())
	}
	if s.seen[proof.JTI] {
		return problem(http.StatusUnauthorized, api.CodeProofReplayed, "this proof was used before")
	}
	s.seen[proof.JTI] = true
	return nil
}

func (c *call) checkType() *api.Problem {
	if len(c.body) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return problem(http.StatusUnsupportedMediaType, api.CodeMediaType, "send application/json")
	}
	return nil
}

// decode reads the body into v.
func (c *call) decode(v any) *api.Problem {
	if err := json.Unmarshal(c.body, v); err != nil {
		return problem(http.StatusBadRequest, api.CodeInvalidRequest, "the body is not what this route expects")
	}
	return nil
}

// planned takes the refusal a test asked for.
func (s *Server) planned() *api.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.refusals) == 0 {
		return nil
	}
	p := s.refusals[0]
	s.refusals = s.refusals[1:]
	return &p
}

func (s *Server) refuse(w http.ResponseWriter, p *api.Problem) {
	if p.Code == api.CodeProofTime || p.Code == api.CodeStatementTime {
		p.ServerTime = receipt.FormatTime(s.Now())
	}
	data, err := json.Marshal(p)
	if err != nil {
		panic(errors.Join(errors.New("clienttest: a problem that is not JSON"), err))
	}
	w.Header().Set("Content-Type", api.ProblemMediaType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(data) // a gone client is no matter
}

func problem(status int, code, detail string) *api.Problem {
	return &api.Problem{
		Type:   api.ProblemTypePrefix + code,
		Title:  http.StatusText(status),
		Status: status,
		Detail: detail,
		Code:   code,
	}
}
