package hosted

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// extras are what the management API keeps of a method that only these pages read.
type extras struct {
	DontSkipInput    bool `json:"dontSkipEnrollmentInputScreen"`
	DeliveryWarning  bool `json:"showEmailDeliveryTimeWarning"`
	DisablePrompt    bool `json:"disableEnrollmentPrompt"`
	HideAppDownloads bool `json:"hideTotpAppDownloadScreen"`
}

// more reads them; what cannot be read counts as nothing said.
func more(s mfa.StepUp, m mfa.Method) extras {
	var out extras
	if raw := s.Method(m).Rest; len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		return extras{}
	}
	return out
}
