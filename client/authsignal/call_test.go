package authsignal_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authsignal"
)

func TestCallersProveThemselvesWhileTheySpeak(t *testing.T) {
	t.Parallel()
	answer := map[string]string{"/call/start": `{"messageId":"m1","channel":"SMS","phoneNumber":"+491"}`, "/call/finish": `{"success":true}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key, _, _ := r.BasicAuth(); key != "k" || r.Method != http.MethodPost || answer[r.URL.Path] == "" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		_, _ = w.Write([]byte(answer[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	calls := must[*authsignal.CallConnect](t)(authsignal.NewCallConnect(server.URL, "k"))
	started := must[*authsignal.StartedCall](t)(calls.StartCall(t.Context(), authsignal.NewCall{ReferenceID: "ticket 7", PhoneNumber: "+491"}))
	if started.MessageID != "m1" || started.Channel != "SMS" {
		t.Errorf("%+v", started)
	}
	finished := authsignal.FinishedCall{ReferenceID: "ticket 7", State: authsignal.ChallengeSucceeded, UserID: jo, Payload: map[string]any{"a": 1}}
	if err := calls.FinishCall(t.Context(), finished); err != nil {
		t.Error(err)
	}
	answer["/call/start"] = `{"errorCode":"too_many_requests","errorDescription":"later"}`
	answer["/call/finish"] = `{"success":false}`
	if _, err := calls.StartCall(t.Context(), authsignal.NewCall{ReferenceID: "x"}); !errors.Is(err, authsignal.ErrRateLimited) || !strings.Contains(err.Error(), "later") {
		t.Errorf("a refusal within a success: %v", err)
	}
	if err := calls.FinishCall(t.Context(), finished); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
		t.Errorf("no success: %v", err)
	}
	if _, err := calls.StartCall(t.Context(), authsignal.NewCall{}); !errors.Is(err, authsignal.ErrFormat) {
		t.Errorf("a call without a reference: %v", err)
	}
}
