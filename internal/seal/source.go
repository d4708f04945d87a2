package seal

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// MasterFile is the name of the master key's file in a data directory, where
// nothing else is configured.
const MasterFile = "master.key"

// commandTimeout bounds a command that fetches the master key, long enough for a
// key service at the far end of the world, short enough that a start that cannot
// succeed says so.
const commandTimeout = 30 * time.Second

// Source is where the master key comes from. It holds no key.
type Source struct{ scheme, what string }

// ParseSource reads "file:PATH", "env:NAME" or "command:LINE". The line is given
// to sh and prints the key on standard output; its standard error is ours.
func ParseSource(text string) (Source, error) {
	scheme, what, found := strings.Cut(text, ":")
	switch scheme {
	case "file", "env", "command":
		if found && strings.TrimSpace(what) != "" {
			return Source{scheme, what}, nil
		}
	}
	return Source{}, errors.New("a master key comes from file:PATH, env:NAME or command:LINE")
}

// FileSource is the master key's file in the data directory.
func FileSource(dataDir string) Source {
	return Source{"file", filepath.Join(dataDir, MasterFile)}
}

// String names the source, but not a command's line: people put tokens there.
func (s Source) String() string {
	if s.scheme == "command" {
		return "command:…"
	}
	return s.scheme + ":" + s.what
}

// Read fetches the key. A missing file is an [fs.ErrNotExist].
func (s Source) Read(ctx context.Context) (Master, error) {
	text, err := s.fetch(ctx)
	if err != nil {
		return Master{}, fmt.Errorf("master key from %v: %w", s, err)
	}
	master, err := ParseMaster(text)
	if err != nil {
		return Master{}, fmt.Errorf("master key from %v: %w", s, err)
	}
	return master, nil
}

// ReadOrCreate is Read, except that a missing file is made with a fresh key that
// only its owner can read. Call it when no keys are stored yet; afterwards a
// missing file must be an error, since a new key would open nothing.
func (s Source) ReadOrCreate(ctx context.Context) (Master, error) {
	master, err := s.Read(ctx)
	if s.scheme != "file" || !errors.Is(err, fs.ErrNotExist) {
		return master, err
	}
	// Whoever creates the file first wins; the others read what it wrote.
	if err := createKeyFile(s.what); err != nil && !errors.Is(err, fs.ErrExist) {
		return Master{}, fmt.Errorf("create the master key %s: %w", s.what, err)
	}
	return s.Read(ctx)
}

func (s Source) fetch(ctx context.Context) (string, error) {
	switch s.scheme {
	case "file":
		return readKeyFile(s.what)
	case "env":
		if text := os.Getenv(s.what); text != "" {
			return text, nil
		}
		return "", errors.New("the variable is not set")
	case "command":
		return runKeyCommand(ctx, s.what)
	default:
		return "", errors.New("no source is configured")
	}
}

func runKeyCommand(ctx context.Context, line string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	command.Stderr = os.Stderr
	command.WaitDelay = time.Second // for children that keep the pipe open
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("the command failed: %w", err)
	}
	return string(out), nil
}

// keyFileLimit is more than any key in text needs; a larger file is some other file.
const keyFileLimit = 1 << 10

func readKeyFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > keyFileLimit {
		return "", errMasterForm
	}
	// Group may read, because that is how orchestrators hand secrets to a service.
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return "", fmt.Errorf("its mode %#o lets others at it; run: chmod 600 %s", mode, path)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// createKeyFile writes a fresh key under another name and links it into place, so
// that the file is never seen half written and never replaces an existing one.
func createKeyFile(path string) error {
	var raw [keySize]byte
	defer clear(raw[:])
	rand.Read(raw[:])                                           // never fails: without randomness the program ends
	temp, err := os.CreateTemp(filepath.Dir(path), ".master-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // the link keeps the file
	_, err = temp.WriteString(base64.StdEncoding.EncodeToString(raw[:]) + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the new name durable before anything is sealed under the key.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
