package docs

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/pgtest"
)

// session is one reader who does what a page says, in a directory of their own.
type session struct {
	t       testing.TB
	dir     string
	replace *strings.Replacer
	env     []string

	shell  io.Writer     // takes commands
	done   *bufio.Reader // says when each has ended
	count  int           // blocks that were run
	last   block         // the block run last
	output string        // and what it printed
}

// pageDatabase stands on the pages for a PostgreSQL of the reader's.
const pageDatabase = "postgres://twinseal:secret@db.example.com/twinseal"

// pageAddresses are those that the pages use.
var pageAddresses = []string{"127.0.0.1:8080", "127.0.0.1:8081", "127.0.0.1:8082", "127.0.0.1:9000"}

// patience bounds a page, so that a command that waits for ever fails the test instead of stopping it.
const patience = 5 * time.Minute

func newSession(t testing.TB, python string) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir()}
	pairs := []string{pageDatabase, pgtest.Database(t)}
	for _, address := range pageAddresses {
		pairs = append(pairs, address, freeAddress(t))
	}
	s.replace = strings.NewReplacer(pairs...)
	s.prepare(python)
	s.open()
	return s
}

// prepare gives the reader the program, the vendors' packages and a Go module that finds this one.
func (s *session) prepare(python string) {
	s.t.Helper()
	root, err := harness.Root()
	if err != nil {
		s.t.Fatal(err)
	}
	bin, cache := filepath.Join(s.dir, ".bin"), filepath.Join(root, ".cache")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Symlink(harness.Binary(s.t), filepath.Join(bin, "twinseal")); err != nil {
		s.t.Fatal(err)
	}
	s.write("go.mod", fmt.Sprintf("module example.com/bank\n\ngo 1.26\n\nrequire github.com/twinseal/twinseal v0.0.0\n\n"+
		"replace github.com/twinseal/twinseal => %s\n", root))
	s.env = append(harness.Environment(),
		"PATH="+bin+":"+filepath.Join(cache, python, "bin")+":"+os.Getenv("PATH"),
		"NODE_PATH="+filepath.Join(cache, "node", "node_modules")+":"+filepath.Join(cache, "node-authsignal", "node_modules"), "NODE_NO_WARNINGS=1",
		"GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off",
		"XDG_CONFIG_HOME="+filepath.Join(s.dir, ".config"), // keys of the reader's devices
		"TWINSEAL_LISTEN="+s.replace.Replace("127.0.0.1:8080"),
	)
}

// open starts the shell of the page. It ends at the first command that fails.
func (s *session) open() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	shell := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail")
	shell.Dir, shell.Env, shell.Stderr = s.dir, s.env, os.Stderr
	in, err := shell.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.shell, s.done = in, bufio.NewReader(out)
	s.t.Cleanup(func() {
		defer cancel()
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		if err := shell.Wait(); err != nil && !s.t.Failed() {
			s.t.Errorf("the shell of the page: %v", err)
		}
	})
}

// play does what one block says.
func (s *session) play(b block) {
	s.t.Helper()
	b.text = s.replace.Replace(b.text)
	switch {
	case b.value("file") != "":
		s.write(b.value("file"), b.text)
	case b.says("output"):
		s.compare(b)
	case b.lang != "sh" || b.says("elsewhere"):
	case b.value("until") != "":
		s.start(b, s.replace.Replace(b.value("until")))
	default:
		s.run(b)
	}
}

// write makes a file as the page shows it.
func (s *session) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run has the shell do a block and waits for its end.
func (s *session) run(b block) {
	s.t.Helper()
	s.count++
	script, out := fmt.Sprintf(".block%d.sh", s.count), fmt.Sprintf(".block%d.out", s.count)
	s.write(script, b.text)
	command := ". ./%s >%s 2>&1 </dev/null; echo done\n"
	if b.says("eventually") { // it may fail until it is time
		command = "(. ./%s) >%s 2>&1 </dev/null || true; echo done\n"
	}
	_, err := fmt.Fprintf(s.shell, command, script, out)
	if err == nil {
		_, err = s.done.ReadString('\n')
	}
	printed, readErr := os.ReadFile(filepath.Join(s.dir, out))
	s.last, s.output = b, string(printed)
	if err != nil || readErr != nil {
		s.t.Fatalf("%s: a command fails (%v, %v):\n%s\nprints:\n%s", b.at(), err, readErr, b.text, printed)
	}
}

// compare holds the output of the last block to what the page shows.
func (s *session) compare(b block) {
	s.t.Helper()
	if s.last.says("eventually") {
		harness.Until(s.t, b.at()+" to come out", func() (bool, bool) {
			if shows(b.text, s.output) {
				return true, true
			}
			s.run(s.last)
			return false, false
		})
	}
	if !shows(b.text, s.output) {
		s.t.Errorf("%s: the page shows\n%s\nbut %s prints\n%s", b.at(), b.text, s.last.at(), s.output)
	}
}

// start runs a program beside the page until the page ends, and waits until somebody listens at the address.
func (s *session) start(b block, address string) {
	s.t.Helper()
	var out bytes.Buffer
	program := exec.Command("bash", "-eu", "-c", "exec "+strings.TrimSpace(b.text))
	program.Dir, program.Env, program.Stdout, program.Stderr = s.dir, s.env, &out, &out
	if err := program.Start(); err != nil {
		s.t.Fatalf("%s: %v", b.at(), err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	s.t.Cleanup(func() {
		_ = program.Process.Signal(syscall.SIGTERM) // it may be gone already
		<-ended
		if s.t.Failed() {
			s.t.Logf("%s printed:\n%s", b.at(), out.String())
		}
	})
	harness.Until(s.t, b.at()+" to listen", func() (bool, bool) {
		connection, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", address)
		if err != nil {
			return false, false
		}
		return true, connection.Close() == nil
	})
}

// freeAddress is a port on loopback that nobody listens on now.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
