package authy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestSettingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		``, `{}`, `{"callback_url":"https://app.example.test/authy?tenant=1"}`, `{"callback_url":"http://127.0.0.1:5000/cb","callback_method":"GET","plan":"pay_as_you_go"}`,
	} {
		if _, err := ReadSettings(json.RawMessage(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, test := range []struct{ bad, field string }{
		{`{"callback":"https://app.example.test"}`, ""},
		{`{"callback_url":1}`, ""},
		{`[]`, ""},
		{`{"callback_method":"PUT"}`, "callback_method"},
		{`{"callback_method":"post"}`, "callback_method"},
		{`{"callback_url":"ftp://app.example.test"}`, "callback_url"},
		{`{"callback_url":"/authy"}`, "callback_url"},
		{`{"callback_url":"https://"}`, "callback_url"},
		{`{"callback_url":"https://user:pass@app.example.test/"}`, "callback_url"},
		{`{"callback_url":"https://app.example.test/#x"}`, "callback_url"},
		{`{"callback_url":"https://app.example.test/?a=1","callback_method":"GET"}`, "callback_url"},
		{`{"callback_url":"https://app.example.test/` + strings.Repeat("a", maxCallbackURL) + `"}`, "callback_url"},
		{`{"plan":"` + strings.Repeat("a", maxPlan+1) + `"}`, "plan"},
	} {
		_, err := ReadSettings(json.RawMessage(test.bad))
		e, ok := err.(*mfa.Error)
		if !ok || e.Code != mfa.Invalid || e.Field != test.field {
			t.Errorf("%s: %v", test.bad, err)
		}
	}
}

func TestIdsOfOursTakeTheProtocolsForms(t *testing.T) {
	t.Parallel()
	const id = "098c3580-c01e-4135-ab00-0e5d90336a8c"
	if got := objectID(id); len(got) != 24 || strings.Trim(got, "0123456789abcdef") != "" {
		t.Errorf("object id %q", got)
	}
	if got := sid("SM", id); got != "SM098c3580c01e4135ab000e5d90336a8c" || uuidOf("SM", got) != id || uuidOf("SM", id) != id {
		t.Errorf("sid %q", got)
	}
	for _, bad := range []string{"", "SM", "SM098c3580c01e4135ab000e5d90336a8", "098C3580-C01E-4135-AB00-0E5D90336A8C", "SM098c3580-c01e-4135-ab00-0e5d90336a8c", "../../x"} {
		if got := uuidOf("SM", bad); got != "" {
			t.Errorf("%q reads as %q", bad, got)
		}
	}
}

func TestNumbersAreMaskedAndSpelled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		phone                  mfa.Phone
		status, sent, sentence string
	}{
		{mfa.Phone{CountryCode: 1, National: "9876543210"}, "XXX-XXX-3210", "+1-XXX-XXX-XX10", "+1 987-654-3210"},
		{mfa.Phone{CountryCode: 57, National: "28223"}, "XXX-XXX-8223", "+57-XXX-XXX-XX23", "+57 2-8223"},
		{mfa.Phone{CountryCode: 44, National: "712550547"}, "XXX-XXX-0547", "+44-XXX-XXX-XX47", "+44 71-255-0547"},
		{mfa.Phone{CountryCode: 49, National: "15123456789"}, "XXX-XXX-6789", "+49-XXX-XXX-XX89", "+49 1512-345-6789"},
	} {
		if got := maskedStatus(test.phone); got != test.status {
			t.Errorf("status %s, want %s", got, test.status)
		}
		if got := maskedSent(test.phone); got != test.sent {
			t.Errorf("sent %s, want %s", got, test.sent)
		}
		if got := spelled(test.phone); got != test.sentence {
			t.Errorf("sentence %s, want %s", got, test.sentence)
		}
	}
}
