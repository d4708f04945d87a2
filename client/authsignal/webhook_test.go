package authsignal_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

// The vector is what the vendor's SDKs accept.
const (
	vectorKey  = "test-secret-key-123"
	vectorBody = `{"version":1,"id":"1","source":"https://authsignal.com","time":"2025-02-20T01:51:56.070Z","tenantId":"t","type":"sms.created","data":{"to":"+6427000000","code":"123456"}}`
	vectorSum  = "xicMBl8fdhxLmCeRPxY340CmEbSOI8rLZu0P05sPy/s"
)

var vectorTime = time.Unix(1740016316, 0)

func hook(t testing.TB, at time.Time, keys ...authsignal.Secret) *authsignal.Webhook {
	t.Helper()
	return must[*authsignal.Webhook](t)(authsignal.NewWebhook(keys, authsignal.WithClock(func() time.Time { return at })))
}

func TestTheVendorsSignatureIsUnderstood(t *testing.T) {
	t.Parallel()
	w := hook(t, vectorTime, vectorKey)
	for _, header := range []string{
		"t=1740016316,v2=" + vectorSum, "t=1740016316,v2=" + vectorSum + "=", "v2=AAAA,v3=x,v2=" + vectorSum + ",t=1740016316", "t=1740016316,v2=!,v2=" + vectorSum,
	} {
		event, err := w.ConstructEvent([]byte(vectorBody), header)
		if err != nil {
			t.Errorf("%q: %v", header, err)
			continue
		}
		var sms authsignal.MessageCreated
		if err := event.Decode(&sms); err != nil || sms.To != "+6427000000" || sms.Code != "123456" || event.Type != authsignal.EventSMSCreated {
			t.Errorf("%+v, %v", sms, err)
		}
	}
	if authsignaltest.Sign([]byte(vectorBody), vectorTime, vectorKey) != "t=1740016316,v2="+vectorSum {
		t.Error("the server for tests signs otherwise")
	}
}

func TestOnlyWhatIsSignedLatelyByAKeyCounts(t *testing.T) {
	t.Parallel()
	body, good := []byte(vectorBody), "t=1740016316,v2="+vectorSum
	for what, c := range map[string]struct {
		body   []byte
		header string
		at     time.Time
		keys   []authsignal.Secret
		passes bool
	}{
		"good":                    {body, good, vectorTime, []authsignal.Secret{vectorKey}, true},
		"by the second key":       {body, good, vectorTime, []authsignal.Secret{"new", vectorKey}, true},
		"signed by two":           {body, authsignaltest.Sign(body, vectorTime, "new", "old"), vectorTime, []authsignal.Secret{"old"}, true},
		"five minutes old":        {body, good, vectorTime.Add(5 * time.Minute), []authsignal.Secret{vectorKey}, true},
		"older":                   {body, good, vectorTime.Add(5*time.Minute + time.Second), []authsignal.Secret{vectorKey}, false},
		"far ahead":               {body, good, vectorTime.Add(-6 * time.Minute), []authsignal.Secret{vectorKey}, false},
		"by another key":          {body, good, vectorTime, []authsignal.Secret{"other"}, false},
		"another text":            {append([]byte(" "), body...), good, vectorTime, []authsignal.Secret{vectorKey}, false},
		"another time":            {body, strings.Replace(good, "316", "317", 1), vectorTime, []authsignal.Secret{vectorKey}, false},
		"a time with a sign":      {body, strings.Replace(good, "t=", "t=+", 1), vectorTime, []authsignal.Secret{vectorKey}, false},
		"two times":               {body, good + ",t=1740016316", vectorTime, []authsignal.Secret{vectorKey}, false},
		"no time":                 {body, "v2=" + vectorSum, vectorTime, []authsignal.Secret{vectorKey}, false},
		"no signature":            {body, "t=1740016316", vectorTime, []authsignal.Secret{vectorKey}, false},
		"of the version before":   {body, "t=1740016316,v1=" + vectorSum, vectorTime, []authsignal.Secret{vectorKey}, false},
		"an empty signature":      {body, "t=1740016316,v2=", vectorTime, []authsignal.Secret{vectorKey}, false},
		"nothing":                 {body, "", vectorTime, []authsignal.Secret{vectorKey}, false},
		"the first half of a sum": {body, good[:len(good)-20], vectorTime, []authsignal.Secret{vectorKey}, false},
	} {
		err := hook(t, c.at, c.keys...).Verify(c.body, c.header)
		if (err == nil) != c.passes || err != nil && !errors.Is(err, authsignal.ErrSignature) {
			t.Errorf("%s: %v", what, err)
		}
	}
	lasting := must[*authsignal.Webhook](t)(authsignal.NewWebhook([]authsignal.Secret{vectorKey}, authsignal.WithTolerance(0)))
	if err := lasting.Verify(body, good); err != nil {
		t.Errorf("without a tolerance: %v", err)
	}
	for _, keys := range [][]authsignal.Secret{nil, {""}, {"a", "b c"}} {
		if _, err := authsignal.NewWebhook(keys); !errors.Is(err, authsignal.ErrFormat) {
			t.Errorf("%d keys: %v", len(keys), err)
		}
	}
}

func TestSignedNonsenseIsNoEvent(t *testing.T) {
	t.Parallel()
	w := hook(t, vectorTime, vectorKey)
	for _, body := range []string{
		``, `null`, `[]`, `{}`, strings.Replace(vectorBody, `"version":1`, `"version":0`, 1), strings.Replace(vectorBody, `"tenantId":"t"`, `"tenantId":""`, 1),
		strings.Replace(vectorBody, `"data"`, `"record"`, 1), `{"records":[` + vectorBody + `]}`,
	} {
		header := authsignaltest.Sign([]byte(body), vectorTime, vectorKey)
		if event, err := w.ConstructEvent([]byte(body), header); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
			t.Errorf("%s is %+v, %v", body, event, err)
		}
		if events, err := w.ConstructLogEvents([]byte(body), header); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
			t.Errorf("%s is %+v, %v", body, events, err)
		}
	}
}

func TestAProgramHearsOfEventsAndLogs(t *testing.T) {
	t.Parallel()
	server := authsignaltest.Start(t)
	hook := must[*authsignal.Webhook](t)(authsignal.NewWebhook([]authsignal.Secret{authsignal.Secret(server.SecretKey)}))
	var verify authsignal.ActionVerify
	var logged []authsignal.ActionLogged
	program := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, header, err := hook.ReadRequest(r)
		if err != nil {
			t.Error(err)
		}
		if event, err := hook.ConstructEvent(payload, header); err == nil {
			if err := event.Decode(&verify); err != nil {
				t.Error(err)
			}
			return
		}
		events, err := hook.ConstructLogEvents(payload, header)
		if err != nil {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		for _, event := range events {
			var record authsignal.ActionLogged
			if err := event.Decode(&record); err != nil {
				t.Error(err)
			}
			logged = append(logged, record)
		}
	})
	if status := server.Deliver(program, "/hook", server.Event("action.verify", authsignaltest.Doc{"userId": "jo", "action": "withdraw", "verifiedAt": made})); status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
	records := server.LogEvents("action.log_created", authsignaltest.Doc{"userId": "jo", "actionCode": "withdraw", "outcome": "BLOCK"}, authsignaltest.Doc{"userId": "ann"})
	if status := server.Deliver(program, "/hook", records); status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
	if verify.UserID != "jo" || !verify.VerifiedAt.Equal(moment(made)) || len(logged) != 2 || logged[0].Outcome != authsignal.OutcomeBlock || logged[1].UserID != "ann" {
		t.Errorf("%+v, %+v", verify, logged)
	}
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(strings.Repeat("x", 5<<20)))
	if _, _, err := hook.ReadRequest(r); !errors.Is(err, authsignal.ErrUnexpectedAnswer) {
		t.Errorf("a body without end: %v", err)
	}
}
