package launchkey_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
)

func TestNoDemandOfALegacyPolicyIsLost(t *testing.T) {
	t.Parallel()
	_, means, err := launchkey.ReadPolicy(json.RawMessage(`{"type":"LEGACY","deny_rooted_jailbroken":true}`))
	if err != nil || !means.DenyRooted {
		t.Errorf("a rooted device alone: %+v, %v", means, err)
	}
	_, means, err = launchkey.ReadPolicy(json.RawMessage(`{"type":"LEGACY","minimum_requirements":null,"factors":null,"amount":2}`))
	if err != nil || means.Methods == nil || *means.Methods != 2 {
		t.Errorf("beside nulls: %+v, %v", means, err)
	}
	const classic = `{"type":"LEGACY","minimum_requirements":[],"factors":[],`
	for name, raw := range map[string]string{
		"an amount":         classic + `"amount":2}`,
		"a kind":            classic + `"knowledge_required":true}`,
		"a place":           classic + `"fences":[{"type":"GEO_CIRCLE","name":"a","latitude":1,"longitude":2,"radius":3}]}`,
		"a time":            classic + `"time_restrictions":[{"name":"x"}]}`,
		"a rooted device":   classic + `"deny_rooted_jailbroken":true}`,
		"an emulated one":   classic + `"deny_emulator_simulator":true}`,
		"emulators at most": `{"deny_emulator_simulator":true}`,
	} {
		if shown, _, err := launchkey.ReadPolicy(json.RawMessage(raw)); err == nil {
			t.Errorf("%s is lost: %s", name, shown)
		}
	}
	if _, means, err := launchkey.ReadPolicy(json.RawMessage(classic + `"amount":0,"fences":[],"deny_rooted_jailbroken":false}`)); err != nil || !means.IsZero() {
		t.Errorf("what demands nothing is refused: %v", err)
	}
}
