package launchkey_test

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// memory keeps secrets for as long as a test runs.
type memory struct{ kept map[string]mfa.Secret }

func (m *memory) ServerSecret(_ context.Context, name string) (mfa.Secret, error) {
	if secret, ok := m.kept[name]; ok {
		return secret, nil
	}
	return mfa.Secret{}, mfa.Missing("secret")
}

func (m *memory) KeepServerSecret(ctx context.Context, name string, secret mfa.Secret) (mfa.Secret, error) {
	if kept, err := m.ServerSecret(ctx, name); err == nil {
		return kept, nil
	}
	if m.kept == nil {
		m.kept = map[string]mfa.Secret{}
	}
	m.kept[name] = secret
	return secret, nil
}
