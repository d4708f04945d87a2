package launchkey_test

import (
	"errors"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

func TestADeviceSaysNothingElseThanTheServerWasTold(t *testing.T) {
	t.Parallel()
	borrowed, denied := approved(), approved()
	borrowed.AuthRequest = unknownID
	denied.Type, denied.Reason = "DENIED", "DISAPPROVED"
	for name, c := range map[string]struct {
		body    string
		refused bool
	}{
		"the same":                      {response(t, approved(), issuerKey(), vouched(requestID, true)), false},
		"an older server":               {response(t, approved(), issuerKey(), nil), false},
		"a no":                          {response(t, denied, issuerKey(), vouched(requestID, false)), false},
		"the request of somebody else":  {response(t, borrowed, issuerKey(), vouched(requestID, true)), true},
		"a yes where the server has no": {response(t, approved(), issuerKey(), vouched(requestID, false)), true},
		"a no where the server has yes": {response(t, denied, issuerKey(), vouched(requestID, true)), true},
	} {
		w := told{body: issuerKey().seal(c.body, ""), contentType: "application/jose"}
		p := quiet(t)
		got, err := handle(t, p.service(), p.deliver(w))
		if errors.Is(err, launchkey.ErrUnexpectedAnswer) != c.refused || (got == nil) != c.refused {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func vouched(request string, authorized bool) func(map[string]any) {
	return func(outer map[string]any) { outer["auth_request"], outer["authorized"] = request, authorized }
}
