package stepup

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Picture is a prompt to be shown as a picture. DeviceCode is what shows that whoever asks for the answer is who showed
// it; a picture never holds it.
type Picture struct {
	Prompt     mfa.Prompt
	DeviceCode mfa.Secret
}

// StartQR makes a prompt for an app's key that reads it: of the pass's action or, of an anonymous pass, of the code, for
// whoever reads it. Custom is what the app shows.
func (s *Service) StartQR(ctx context.Context, p Pass, code string, custom json.RawMessage) (Picture, error) {
	return Picture{}, errLater
}

// CheckQR says where a picture stands. Whoever waits subscribes to [mfa.TopicPrompt] and looks again.
func (s *Service) CheckQR(ctx context.Context, p Pass, prompt mfa.PromptID, deviceCode mfa.Secret) (Result, error) {
	return Result{}, errLater
}
