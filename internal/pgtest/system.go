package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// errMissing says what to install.
var errMissing = errors.New("no PostgreSQL server programs found: install the package postgresql, or set " + Env)

// binaries returns the directory with initdb and postgres, looking where
// distributions put them, the newest version first.
func binaries() (string, error) {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if file, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	dirs = append(dirs, "/usr/local/bin")
	for version := 30; version >= 13; version-- {
		dirs = append(dirs, fmt.Sprintf("/usr/lib/postgresql/%d/bin", version))
	}
	for _, dir := range dirs {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errMissing
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// unprivileged makes a program run as the user postgres where this process is
// root, as whom the server refuses to run.
func unprivileged() (*syscall.SysProcAttr, error) {
	// A process group of its own, so that Ctrl-C reaches the tests first and
	// the server ends in order.
	attr := &syscall.SysProcAttr{Setpgid: true}
	uid, gid, root, err := server()
	if err != nil || !root {
		return attr, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}

// own gives files to the user the server runs as.
func own(paths ...string) error {
	uid, gid, root, err := server()
	if err != nil || !root {
		return err
	}
	for _, path := range paths {
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// server returns the user to run as if this process is root.
func server() (uid, gid int, root bool, err error) {
	if os.Geteuid() != 0 {
		return 0, 0, false, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return 0, 0, true, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres: %w", err)
	}
	if uid, err = strconv.Atoi(u.Uid); err != nil {
		return 0, 0, true, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, true, err
}
