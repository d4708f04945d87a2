package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/web/demo"
)

// demoKeyFile keeps the sample bank's API key, so that what was registered is still there next time.
const demoKeyFile = "demo.key"

const secretMode = 0o600

// furnishDemo makes the sample organization and returns the bank's API key.
func (a *App) furnishDemo(ctx context.Context) (string, error) {
	path := filepath.Join(a.Config.Data, demoKeyFile)
	key, err := demoKey(path)
	if err != nil {
		return "", err
	}
	_, err = a.Provision.Apply(ctx, provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Sample Organization", Directories: []provision.PlannedDirectory{{
			Name: "Customers", Applications: []provision.PlannedApplication{{
				Name: demo.DefaultName, Settings: mfa.DefaultSettings(),
				Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(key)}},
			}},
		}},
	}}})
	return key, err
}

func demoKey(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the sample bank's key: %w", err)
	}
	// With a master key from elsewhere nobody has made the directory yet.
	if err := os.MkdirAll(filepath.Dir(path), dataMode); err != nil {
		return "", fmt.Errorf("the sample bank's key: %w", err)
	}
	key := rand.Text()
	if err := os.WriteFile(path, []byte(key+"\n"), secretMode); err != nil {
		return "", fmt.Errorf("the sample bank's key: %w", err)
	}
	return key, nil
}
