package authsignal

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// TestAPhoneOfAnotherDialectPassesAPush: people who linked a phone in Authy's words, or in LaunchKey's, are the same people
// in Authsignal's, and are asked on that phone.
func TestAPhoneOfAnotherDialectPassesAPush(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		authy := w.NewDevice(t)
		authy.LinkTo(customerID, "--app", fmt.Sprint(bankNumber))
		w.pushes(t, customer, authy)
		const employee = "ann"
		w.pushes(t, employee, w.linkedByLaunchKey(t, employee))
	})
}

// linkedByLaunchKey links a phone as a LaunchKey program does, by its port.
func (w *world) linkedByLaunchKey(t *testing.T, user string) *harness.Device {
	t.Helper()
	factory, err := launchkey.NewOrganizationFactory(w.URL, organizationID, []byte(vendorKeys().private))
	if err != nil {
		t.Fatal(err)
	}
	directory, err := factory.DirectoryClient(directoryID)
	if err != nil {
		t.Fatal(err)
	}
	link, err := directory.LinkDevice(t.Context(), user, launchkey.LinkDeviceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Log.Secret(link.Code)
	device := w.NewDevice(t)
	device.LinkByCode(link.Code)
	return device
}

type pushed struct {
	IsVerified, IsConsumed bool
	AccessToken            string
}

// pushes asks on the phone until it was approved once and denied once.
func (w *world) pushes(t *testing.T, user string, device *harness.Device) {
	t.Helper()
	for _, approve := range []bool{true, false} {
		got := w.track(t, user, "withdraw", attributes{"custom": attributes{"amount": 500}})
		if !got.IsEnrolled || got.State != "CHALLENGE_REQUIRED" {
			t.Fatalf("%s: tracked %+v", user, got)
		}
		var asked struct{ ChallengeID string }
		w.good(t, &asked, http.MethodPost, "/client/challenge/push", bearer(got.Token), attributes{"action": "withdraw"})
		see := func() (out pushed) {
			w.good(t, &out, http.MethodPost, "/client/verify/push", bearer(got.Token), attributes{"challengeId": asked.ChallengeID})
			return out
		}
		if out := see(); out.IsVerified || out.IsConsumed {
			t.Errorf("%s: nobody answered, and %+v", user, out)
		}
		waiting := device.Requests()
		if len(waiting) != 1 {
			t.Fatalf("%s: the phone shows %+v", user, waiting)
		}
		if approve {
			device.Approve("")
		} else {
			device.Deny("")
		}
		out := see()
		if out.IsVerified != approve || !out.IsConsumed {
			t.Errorf("%s: answered, and %+v", user, out)
		}
		var v validated
		w.good(t, &v, http.MethodPost, "/validate", basic(secretKey), attributes{"token": got.Token, "userId": user, "action": "withdraw"})
		if want := map[bool]string{true: "CHALLENGE_SUCCEEDED", false: "CHALLENGE_FAILED"}[approve]; v.IsValid != approve || v.State != want {
			t.Errorf("%s: validated %+v, want %s", user, v, want)
		}
	}
}
