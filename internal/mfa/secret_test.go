package mfa_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

// holder keeps a secret where fmt cannot call its methods.
type holder struct {
	hidden mfa.Secret
	Shown  mfa.Secret
}

func TestSecretNeverPrints(t *testing.T) {
	t.Parallel()
	const text = "JBSWY3DPEHPK3PXP"
	h := holder{mfa.SecretText(text), mfa.SecretText(text)}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", h.Shown, "holder", h)
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{log.String(), string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, h), fmt.Sprintf(verb, &h), fmt.Sprintf(verb, h.Shown), fmt.Sprintf(verb, h.hidden))
	}
	decimal := fmt.Sprintf("%d", []byte(text))
	hex := fmt.Sprintf("%x", text)
	for _, out := range outputs {
		if strings.Contains(out, text) || strings.Contains(out, decimal) || strings.Contains(strings.ToLower(out), hex) {
			t.Errorf("a secret was printed: %s", out)
		}
	}
}

func TestSecretsCompareByContent(t *testing.T) {
	t.Parallel()
	if !mfa.SecretText("a").Equal(mfa.NewSecret([]byte("a"))) || mfa.SecretText("a").Equal(mfa.SecretText("b")) {
		t.Error("equality is not that of the bytes")
	}
	var zero mfa.Secret
	if !zero.Empty() || !zero.Equal(mfa.SecretText("")) {
		t.Error("the zero secret is not empty")
	}
}
