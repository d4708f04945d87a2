package clienttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// join is one that a device began.
type join struct {
	id, code, purpose, state string
	by                       string // thumbprint of the device that asked
	claim                    *receipt.Proof
	device                   api.JoinsDevice
	linked                   api.LinkedAccount
	expires                  time.Time
}

// The number that every new device shows, among the others.
const joinNumber = "47"

var joinChoices = []string{"12", joinNumber, "80"}

func (s *Server) startJoin(c *call) (any, *api.Problem) {
	var in api.JoinRequest
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	if in.Purpose != api.JoinAdd && in.Purpose != api.JoinMove {
		return nil, problem(http.StatusBadRequest, api.CodeInvalidRequest, "the purpose is add or move")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &join{id: s.next("join"), code: s.next("JOIN"), purpose: in.Purpose, state: api.JoinOpen, by: c.proof.Thumbprint, expires: s.now.Add(5 * time.Minute)}
	for _, old := range s.joins {
		if old.by == j.by && !old.over() {
			old.state = api.JoinRefused
		}
	}
	s.joins = append(s.joins, j)
	return s.created(c, api.JoinStarted{ID: j.id, Code: j.code, URI: "twinseal://link?code=" + j.code, ExpiresAt: receipt.FormatTime(j.expires)})
}

// created answers with another good status than the usual one.
func (s *Server) created(c *call, out any) (any, *api.Problem) {
	status := http.StatusCreated
	if _, ok := out.(api.LinkPending); ok {
		status = http.StatusAccepted
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(out) // a gone client is no matter
	return written{}, nil
}

func (j *join) over() bool { return j.state != api.JoinOpen && j.state != api.JoinClaimed }

func (s *Server) joinBy(code string) *join {
	i := slices.IndexFunc(s.joins, func(j *join) bool { return j.code == code })
	if i < 0 {
		return nil
	}
	return s.joins[i]
}

// mine finds a join of the device that asks, after letting it expire.
func (s *Server) mine(c *call) (*join, *api.Problem) {
	i := slices.IndexFunc(s.joins, func(j *join) bool { return j.id == c.r.PathValue("id") && j.by == c.proof.Thumbprint })
	if i < 0 {
		return nil, problem(http.StatusNotFound, api.CodeJoinUnknown, "not a join of this device")
	}
	if j := s.joins[i]; !j.over() && !s.now.Before(j.expires) {
		j.state = api.JoinExpired
	}
	return s.joins[i], nil
}

func (s *Server) claim(c *call, j *join, in api.LinkRequest) (any, *api.Problem) {
	own := j.claim != nil && j.claim.Thumbprint == c.proof.Thumbprint
	switch {
	case j.state == api.JoinOpen && s.now.Before(j.expires):
		j.state, j.claim, j.device = api.JoinClaimed, c.proof, api.JoinsDevice{Name: in.Name, Platform: in.Platform}
	case own && j.state == api.JoinApproved:
		return j.linked, nil
	case !own || j.state != api.JoinClaimed:
		return nil, problem(http.StatusForbidden, api.CodeLinkRefused, "the code is unknown, expired or used")
	}
	return s.created(c, api.LinkPending{Join: api.JoinClaim{ID: j.id, Number: joinNumber, ExpiresAt: receipt.FormatTime(j.expires)}})
}

func (j *join) wire() api.Join {
	out := api.Join{ID: j.id, Purpose: j.purpose, State: j.state, ExpiresAt: receipt.FormatTime(j.expires)}
	if j.state == api.JoinClaimed {
		out.Device, out.Choices = &j.device, joinChoices
	}
	return out
}

// showJoin answers at once, whatever wait says.
func (s *Server) showJoin(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, p := s.mine(c)
	if p != nil {
		return nil, p
	}
	return j.wire(), nil
}

func (s *Server) withdrawJoin(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, p := s.mine(c)
	if p == nil && !j.over() {
		j.state = api.JoinRefused
	}
	return nil, p
}

func (s *Server) answerJoin(c *call) (any, *api.Problem) {
	var in api.JoinAnswer
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j, p := s.mine(c)
	switch {
	case p != nil:
		return nil, p
	case j.state == api.JoinOpen:
		return nil, problem(http.StatusConflict, api.CodeJoinUnclaimed, "no device has come with the code")
	case j.over():
		return nil, problem(http.StatusGone, api.CodeJoinOver, "it was answered, withdrawn or has expired")
	case !in.Approve:
		j.state = api.JoinRefused
	case in.Number != joinNumber:
		j.state = api.JoinRefused
		return nil, problem(http.StatusUnprocessableEntity, api.CodeJoinMismatch, "the new device shows another number")
	default:
		j.state, j.linked = api.JoinApproved, s.add(j.claim, j.device.Name, j.device.Platform)
		if j.purpose == api.JoinMove {
			delete(s.devices, j.by)
		}
	}
	return j.wire(), nil
}
