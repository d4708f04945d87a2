package clienttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func (s *Server) list(c *call) (any, *api.Problem) {
	query := c.r.URL.Query()
	if query.Get("state") == api.ListAll {
		return s.history(query.Get("limit"), query.Get("after"))
	}
	wait, p := waitOf(query.Get("wait"))
	if p != nil {
		return nil, p
	}
	deadline := time.After(wait)
	for {
		list, changed := s.pending()
		after := query.Get("after")
		if wait == 0 || (after != "" && list.Cursor != after) || (after == "" && len(list.Challenges) > 0) {
			return list, nil
		}
		select {
		case <-changed:
		case <-deadline:
			return list, nil
		case <-c.r.Context().Done():
			return list, nil
		}
	}
}

func waitOf(text string) (time.Duration, *api.Problem) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 || seconds > api.MaxWaitSeconds {
		return 0, problem(http.StatusBadRequest, api.CodeInvalidRequest, "wait is a number of seconds up to 60")
	}
	return time.Duration(seconds) * time.Second, nil
}

// pending is the list now, and what is closed when it may have changed.
func (s *Server) pending() (api.ChallengeList, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := api.ChallengeList{Challenges: []api.Challenge{}, Cursor: "c"}
	for _, c := range slices.Backward(s.challenges) {
		if s.expire(c); c.state == api.StatePending {
			list.Challenges = append(list.Challenges, wire(c))
			list.Cursor += "." + c.question.Challenge
		}
	}
	return list, s.changed
}

func (s *Server) history(limit, after string) (any, *api.Problem) {
	size := api.DefaultListLimit
	if n, err := strconv.Atoi(limit); err == nil {
		size = n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	start := len(s.challenges)
	if n, err := strconv.Atoi(after); err == nil {
		start = n
	}
	list := api.ChallengeList{Challenges: []api.Challenge{}}
	for i := start - 1; i >= 0; i-- {
		if len(list.Challenges) == size {
			list.Next = strconv.Itoa(i + 1)
			break
		}
		s.expire(s.challenges[i])
		list.Challenges = append(list.Challenges, wire(s.challenges[i]))
	}
	return list, nil
}

func (s *Server) show(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(c.r.PathValue("id"))
	if found == nil {
		return nil, problem(http.StatusNotFound, api.CodeChallengeUnknown, "there is no such request")
	}
	return wire(found), nil
}

func (s *Server) answer(c *call) (any, *api.Problem) {
	var in api.Answer
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	statement, err := receipt.Open(in.Statement, c.proof.Key)
	if err != nil {
		return nil, problem(http.StatusBadRequest, api.CodeStatementInvalid, err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(c.r.PathValue("id"))
	if p := s.mayAnswer(c, found, in.Statement, statement); p != nil {
		return nil, p
	}
	if p := found.judge(statement, in.Packages, s.now); p != nil && found.receipt == nil {
		return nil, p
	}
	if found.receipt == nil && statement.Decision == receipt.Approved && statement.Match != found.number {
		return nil, s.endWrong(c, found)
	}
	if found.receipt == nil {
		if err := s.take(c, found, in.Statement, statement, in.Packages); err != nil {
			return nil, problem(http.StatusInternalServerError, api.CodeInternal, err.Error())
		}
	}
	if s.drop > 0 {
		s.drop--
		panic(http.ErrAbortHandler)
	}
	return json.RawMessage(found.receipt), nil
}

// mayAnswer says why an answer is not taken. An identical answer to the one
// that was taken is welcome.
func (s *Server) mayAnswer(c *call, found *challenge, jws string, statement receipt.Statement) *api.Problem {
	switch {
	case found == nil:
		return problem(http.StatusNotFound, api.CodeChallengeUnknown, "there is no such request")
	case found.receipt != nil && found.jws == jws:
		return nil
	case found.state == api.StateExpired:
		return problem(http.StatusGone, api.CodeExpired, "the request has expired")
	case found.state == api.StateCancelled:
		return problem(http.StatusGone, api.CodeCancelled, "the request was withdrawn")
	case found.state != api.StatePending:
		return problem(http.StatusConflict, api.CodeAlreadyAnswered, "the request was answered before")
	case !statement.Question.Equal(found.question) || statement.Device.ID != c.device.ID:
		return problem(http.StatusUnprocessableEntity, api.CodeMismatch, "the statement is not about what was asked")
	}
	at, err := receipt.ParseTime(statement.DeviceTime)
	if d := s.now.Sub(at); err != nil || d > receipt.ProofWindow || d < -receipt.ProofWindow {
		return problem(http.StatusUnprocessableEntity, api.CodeStatementTime, "device_time is off")
	}
	return nil
}

// judge holds an answer to what its question demands.
func (c *challenge) judge(statement receipt.Statement, packages json.RawMessage, now time.Time) *api.Problem {
	if statement.PolicyMet() != nil || c.question.Policy != nil && statement.Decision == receipt.Approved && !c.question.Policy.OpenAt(now) {
		return problem(http.StatusUnprocessableEntity, api.CodePolicyUnmet, "the approval does not satisfy the policy")
	}
	if c.question.Recipient == nil && packages == nil {
		return nil
	}
	if sum, err := receipt.HashPackages(packages); err != nil || sum != statement.Packages {
		return problem(http.StatusUnprocessableEntity, api.CodePackagesInvalid, "the packages are not those that were signed")
	}
	return nil
}

// endWrong ends a question whose number is not known to who answered. Such an
// answer has no receipt.
func (s *Server) endWrong(c *call, found *challenge) *api.Problem {
	found.state, found.failure = api.StateDenied, string(policy.FailedAuthentication)
	found.answered, found.by = receipt.FormatTime(s.now), c.device.ID
	s.wake()
	return problem(http.StatusUnprocessableEntity, api.CodeMatchWrong, "the number is not the one that is shown where this was started")
}

// take makes an answer count.
func (s *Server) take(c *call, found *challenge, jws string, statement receipt.Statement, packages json.RawMessage) error {
	sealed, err := receipt.Seal(s.key, jws, c.proof.Key, statement.Question.Challenge, s.next("evt"), s.now)
	if err != nil {
		return err
	}
	if found.receipt, err = sealed.Marshal(); err != nil {
		return err
	}
	found.state, found.jws = api.ChallengeState(statement.Decision), jws
	found.answered, found.by = receipt.FormatTime(s.now), c.device.ID
	found.reason, found.fraud, found.failure = statement.Reason, statement.Fraud, string(statement.Failure)
	found.packages = packages
	s.wake()
	return nil
}

func (s *Server) getReceipt(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(c.r.PathValue("challenge"))
	if found == nil || found.receipt == nil {
		return nil, problem(http.StatusNotFound, api.CodeReceiptUnknown, "there is no receipt for that request")
	}
	return json.RawMessage(found.receipt), nil
}

func (s *Server) stream(c *call) (any, *api.Problem) {
	flusher := http.NewResponseController(c.w)
	c.w.Header().Set("Content-Type", "text/event-stream")
	last := ""
	for {
		list, changed := s.pending()
		if list.Cursor != last {
			last = list.Cursor
			if err := send(c.w, flusher, list); err != nil {
				return written{}, nil
			}
		}
		select {
		case <-changed:
		case <-c.r.Context().Done():
			return written{}, nil
		}
	}
}

func send(w http.ResponseWriter, flusher *http.ResponseController, list api.ChallengeList) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, ": alive\n\nevent: %s\nid: %s\ndata: %s\n\n", api.StreamEvent, list.Cursor, data); err != nil {
		return err
	}
	return flusher.Flush()
}

// wire is a challenge as a device sees it.
func wire(c *challenge) api.Challenge {
	out := api.Challenge{
		ID: c.question.Challenge, State: c.state, Logos: c.logos,
		AnsweredAt: c.answered, AnsweredBy: c.by, Reason: c.reason, Fraud: c.fraud, Failure: c.failure,
	}
	if q, err := wireQuestion(c.question); err == nil { // one that cannot be signed is shown empty
		out.Question = q
	}
	return out
}

// wireQuestion has the members of the question as they are signed.
func wireQuestion(q receipt.Question) (api.Question, error) {
	var out api.Question
	data, err := q.Canonical()
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(data, &out)
}
