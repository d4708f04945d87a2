package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// approvalsPerRound stays below the limit on requests to one person.
const approvalsPerRound = 5000

// approve measures whole approvals: the application asks, the device fetches what waits, signs and answers,
// the application polls. That is four requests, of which the device proves two.
func (w *world) approve(ctx context.Context, _, server *process) error {
	var rates, cpu, p50, p99 []float64
	for range w.rounds {
		got, err := share(server, w.clients, approvalsPerRound, func(c *connection, i int) error {
			return w.approval(c, server, w.persons[i%len(w.persons)])
		})
		if err != nil {
			return err
		}
		if err := w.advance(ctx, server, 11*time.Minute); err != nil {
			return err
		}
		rates, cpu = append(rates, got.rate()), append(cpu, got.cpuMillis())
		p50 = append(p50, float64(percentile(got.latencies, 0.5).Microseconds())/1000)
		p99 = append(p99, float64(percentile(got.latencies, 0.99).Microseconds())/1000)
	}
	fmt.Fprintf(w.out, "approval: %.0f/s with the load on the same two cores; %.2f ms CPU of the server each; p50 %.0f ms, p99 %.0f ms with %d at once\n",
		median(rates), median(cpu), median(p50), median(p99), w.clients)
	return nil
}

func (w *world) approval(c *connection, server *process, p *person) error {
	id, err := w.ask(c, server, p)
	if err != nil {
		return err
	}
	fetch, err := w.signed(server, p, http.MethodGet, api.PathChallenges+"?state=pending", nil)
	if err != nil {
		return err
	}
	var list api.ChallengeList
	if err := exchange(c, fetch, &list); err != nil {
		return err
	}
	answer, err := w.answer(server, p, list, id)
	if err != nil {
		return err
	}
	if err := exchange(c, answer, nil); err != nil {
		return err
	}
	return w.poll(c, server, id)
}

func exchange(c *connection, request []byte, into any) error {
	status, body, err := c.do(request)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%d %s", status, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

func (w *world) ask(c *connection, server *process, p *person) (string, error) {
	body := `{"message":"Transfer Money to bob@example.com","details":{"From":"ann@example.com","To":"bob@example.com","Account Number":"12345","US Dollar Amount":"$ 100"},"seconds_to_expire":"600"}`
	request := fmt.Appendf(nil, "POST /onetouch/json/users/%d/approval_requests HTTP/1.1\r\nHost: %s\r\nX-Authy-API-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		p.number, server.address, apiKey, len(body), body)
	var out struct {
		Request struct {
			UUID string `json:"uuid"`
		} `json:"approval_request"`
	}
	err := exchange(c, request, &out)
	return out.Request.UUID, err
}

func (w *world) poll(c *connection, server *process, id string) error {
	request := fmt.Appendf(nil, "GET /onetouch/json/approval_requests/%s HTTP/1.1\r\nHost: %s\r\nX-Authy-API-Key: %s\r\n\r\n", id, server.address, apiKey)
	var out struct {
		Request struct {
			Status string `json:"status"`
		} `json:"approval_request"`
	}
	if err := exchange(c, request, &out); err != nil {
		return err
	}
	if out.Request.Status != "approved" {
		return fmt.Errorf("the request is %s after its approval", out.Request.Status)
	}
	return nil
}

// signed makes a device's request with its proof.
func (w *world) signed(server *process, p *person, method, target string, body []byte) ([]byte, error) {
	proof, err := receipt.NewProof(p.key, method, target, body, w.now())
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nDPoP: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, target, server.address, proof, len(body), body), nil
}

func (w *world) answer(server *process, p *person, list api.ChallengeList, id string) ([]byte, error) {
	for _, c := range list.Challenges {
		if c.ID != id {
			continue
		}
		encoded, err := json.Marshal(c.Question)
		if err != nil {
			return nil, err
		}
		question, err := receipt.ParseQuestion(encoded)
		if err != nil {
			return nil, err
		}
		statement, err := receipt.Sign(p.key, receipt.Statement{
			Type: receipt.StatementType, Question: question, Decision: receipt.Approved, Factors: []string{receipt.FactorDevice},
			Device: receipt.DeviceID{ID: p.device, Key: p.thumb}, DeviceTime: receipt.FormatTime(w.now()),
		})
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(api.Answer{Statement: statement})
		if err != nil {
			return nil, err
		}
		return w.signed(server, p, http.MethodPost, api.PathChallenges+"/"+id+"/answer", body)
	}
	return nil, fmt.Errorf("request %s does not wait for its device", id)
}
