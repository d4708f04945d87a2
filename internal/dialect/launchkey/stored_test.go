package launchkey_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestAZoneThatIsUnknownHereKeepsNoServiceFromBeingShown(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		_, err := w.Configuration.UpdateApplication(w.Context(), dir, svcID, func(a *mfa.Application) error {
			a.Settings.Dialects = map[string]json.RawMessage{
				"launchkey": json.RawMessage(`{"callback_url":"https://a.b/","policy":` + timed(`"Monday"`, 0, "Mars/Base") + `}`),
			}
			return nil
		})
		w.must(err)
		var out []object
		if w.ok(by(onDir, http.MethodGet, "/directory/v3/services", nil), &out); len(out) != 1 || out[0]["callback_url"] != "https://a.b/" {
			t.Errorf("shown: %v", out)
		}
		if a := w.ok(by(onDir, http.MethodPost, "/directory/v3/service/policy/item", object{"service_id": svcID}), nil); !strings.Contains(string(a.Body), "Mars/Base") {
			t.Errorf("its policy is %s", a.Body)
		}
		w.ok(by(onDir, http.MethodPatch, "/directory/v3/services", object{"service_id": svcID, "description": "x"}), nil)
	})
}
