package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/client"
)

const (
	// privateDir and privateFile keep keys from everybody else on the machine.
	privateDir  fs.FileMode = 0o700
	privateFile fs.FileMode = 0o600
	othersMay   fs.FileMode = 0o077
	// accountSuffix ends the name of an account's file.
	accountSuffix = ".json"
	// maxAccounts bounds the accounts of one name: a person has a handful.
	maxAccounts = 1000
)

// deviceHome is a directory with one file for each linked account.
type deviceHome struct {
	dir string
}

// openDeviceHome makes the directory when needed, so that a device is never
// linked and then cannot be kept.
func openDeviceHome(dir string) (*deviceHome, error) {
	accounts := filepath.Join(dir, "accounts")
	if err := os.MkdirAll(accounts, privateDir); err != nil {
		return nil, fmt.Errorf("make the home directory: %w; choose another with --home DIR", err)
	}
	if err := os.Chmod(accounts, privateDir); err != nil {
		return nil, fmt.Errorf("make the home directory private: %w; choose another with --home DIR", err)
	}
	return &deviceHome{dir: accounts}, nil
}

func (h *deviceHome) path(name string) string {
	return filepath.Join(h.dir, name+accountSuffix)
}

// names lists the accounts in alphabetical order.
func (h *deviceHome) names() ([]string, error) {
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return nil, fmt.Errorf("read the home directory: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), accountSuffix); ok && accountName.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// load reads an account. A file that others can read is refused: its key may
// be somebody else's by now.
func (h *deviceHome) load(name string) (client.Account, error) {
	var account client.Account
	path := h.path(name)
	info, err := os.Stat(path)
	if err != nil {
		return account, fmt.Errorf("read account %s: %w", name, err)
	}
	if info.Mode().Perm()&othersMay != 0 {
		return account, fmt.Errorf("account %s: others may read its key; run `chmod 600 %s`, and link again if you do not trust them", name, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return account, fmt.Errorf("read account %s: %w", name, err)
	}
	if err := json.Unmarshal(data, &account); err != nil {
		return account, fmt.Errorf("account %s: %s is damaged (%w); remove it and link again", name, path, err)
	}
	return account, nil
}

// add keeps a new account under a free name like wanted and gives the name.
func (h *deviceHome) add(wanted string, account client.Account) (string, error) {
	tmp, err := h.write(account)
	if err != nil {
		return "", err
	}
	defer os.Remove(tmp)
	for n := 1; n <= maxAccounts; n++ {
		name := wanted
		if n > 1 {
			name = fmt.Sprintf("%s-%d", wanted, n)
		}
		// Linking, unlike renaming, fails when the name is taken.
		err := os.Link(tmp, h.path(name))
		if err == nil {
			return name, h.sync()
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("keep account %s: %w", name, err)
		}
	}
	return "", fmt.Errorf("%d accounts are named %s; unlink some, or give --account another name", maxAccounts, wanted)
}

// keep writes an account again if it changed.
func (h *deviceHome) keep(a *linkedAccount) error {
	now := a.device.Account()
	if reflect.DeepEqual(now, a.saved) {
		return nil
	}
	tmp, err := h.write(now)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, h.path(a.name)); err != nil {
		return errors.Join(fmt.Errorf("keep account %s: %w", a.name, err), os.Remove(tmp))
	}
	a.saved = now
	return h.sync()
}

// remove forgets an account and its key.
func (h *deviceHome) remove(name string) error {
	if err := os.Remove(h.path(name)); err != nil {
		return fmt.Errorf("forget account %s: %w", name, err)
	}
	return h.sync()
}

// write makes a complete, durable file under a passing name.
func (h *deviceHome) write(account client.Account) (path string, err error) {
	data, err := json.MarshalIndent(account, "", "  ")
	if err != nil {
		return "", fmt.Errorf("keep the account: %w", err)
	}
	return writeDurable(h.dir, append(data, '\n'))
}

// writeDurable writes a private file with a passing name into dir.
func writeDurable(dir string, data []byte) (path string, err error) {
	file, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return "", fmt.Errorf("write into %s: %w; is the disk full, or the directory not yours?", dir, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // the first error counts
		}
	}()
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("write into %s: %w", dir, err)
	}
	return file.Name(), nil
}

// sync makes a rename last through a power cut.
func (h *deviceHome) sync() error {
	dir, err := os.Open(h.dir)
	if err != nil {
		return fmt.Errorf("sync the home directory: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// accountName is what an account may be called: it becomes a file's name.
var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,60}$`)

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// nameFrom makes an account's name out of an organization's.
func nameFrom(text string) string {
	const most = 40
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(name) > most {
		name = strings.TrimRight(name[:most], "-")
	}
	if name == "" {
		return "account"
	}
	return name
}

func chooseAccounts(names []string, wanted, dir string) ([]string, error) {
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("no account is linked in %s; link one with `twinseal device link --server URL --code CODE`", filepath.Dir(dir))
	case wanted == "":
		return names, nil
	case slices.Contains(names, wanted):
		return []string{wanted}, nil
	}
	return nil, fmt.Errorf("no account is named %q; --account takes one of %s", wanted, list(names))
}

func list[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}
