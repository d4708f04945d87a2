package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
)

// Variables of the environment that change what is tested. Main sets the first for the tests when nobody did.
const (
	envBinary = "TWINSEAL_E2E_BINARY" // the program to test, instead of one built from this tree
	envRace   = "TWINSEAL_E2E_RACE"   // build it with the race detector
	envSoak   = "TWINSEAL_SOAK"       // run the long versions
)

// Soak reports whether the long versions of tests are wanted.
func Soak() bool { return os.Getenv(envSoak) != "" }

// Main builds the program, starts a PostgreSQL, runs the tests and exits.
func Main(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "harness:", err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "twinseal-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if os.Getenv(envBinary) == "" {
		if err := build(filepath.Join(dir, "twinseal")); err != nil {
			return 1, err
		}
	}
	if os.Getenv(pgtest.Env) == "" {
		cluster, err := pgtest.Start(context.Background())
		if err != nil {
			return 1, err
		}
		defer cluster.Stop()
		if err := os.Setenv(pgtest.Env, cluster.URL("postgres")); err != nil {
			return 1, err
		}
	}
	return m.Run(), nil
}

// build makes the program and tells the tests where it is.
func build(at string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	if err := look(root); err != nil {
		return err
	}
	args := []string{"build", "-o", at}
	env := append(os.Environ(), "CGO_ENABLED=0")
	if os.Getenv(envRace) != "" {
		args, env = append(args, "-race"), os.Environ()
	}
	command := exec.CommandContext(context.Background(), "go", append(args, "./cmd/twinseal")...)
	command.Dir, command.Env = root, env
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return os.Setenv(envBinary, at)
}

// look takes notice of every file that the program is made from. The go command remembers the outcome of tests by
// the files that they looked at, and does not see those that only the build of the program reads.
func look(root string) error {
	for _, dir := range []string{"api", "client", "cmd", "internal", "policy", "receipt"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file may go while we look
			return err
		}
	}
	_, err := os.Stat(filepath.Join(root, "go.sum"))
	return err
}

// Root is the top of the source tree.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
