package harness

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
)

// Options say which server to start.
type Options struct {
	Engine  Engine
	Apply   string   // text of an apply file to bring in, "" for none
	Beside  []File   // what the apply file names
	Secrets []string // what must never appear in the log: API keys, seeds
	Command string   // "serve" when empty, or "demo"
	Flags   []string // further flags
	Real    bool     // without the sandbox
	Quiet   bool     // log warnings alone, for tests with many requests
	Caused  []string // what stands in lines about troubles that the test causes itself
	// PublicURL tells a server behind a proxy how people reach it; "" is where it listens.
	PublicURL string
	// Localhost has people reach the server by that name, at which browsers make passkeys.
	Localhost bool
	// Env are further settings of the server, as NAME=value.
	Env []string
}

// Server is the program at work. Its address and its data stay the same over Kill, Stop and Start.
type Server struct {
	URL string // without a trailing slash
	Log *Log

	t       testing.TB
	options Options
	storage []string // the flags that name the database
	listen  string
	apply   string
	process *process
	serial  *atomic.Int64 // numbers the people of this database
}

// Start runs a server on a database of its own until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	dir := t.TempDir()
	s := &Server{t: t, options: o, Log: newLog(o.Secrets), serial: &atomic.Int64{}}
	s.storage = []string{"--data", filepath.Join(dir, "data")}
	if o.Engine == PostgreSQL {
		s.storage = []string{"--database", pgtest.Database(t), "--master-key", "file:" + writeKey(t, dir)}
	}
	if o.Apply != "" {
		s.apply = filepath.Join(dir, "apply.yaml")
		Write(t, s.apply, o.Apply)
		for _, file := range o.Beside {
			Write(t, filepath.Join(dir, file.Name), file.Text)
		}
	}
	s.open()
	return s
}

// Node runs a second server over the same PostgreSQL.
func (s *Server) Node(t testing.TB) *Server {
	t.Helper()
	if s.options.Engine != PostgreSQL {
		t.Fatal("only servers over PostgreSQL have a second node")
	}
	n := &Server{t: t, options: s.options, storage: s.storage, Log: newLog(s.options.Secrets), serial: s.serial}
	n.open()
	return n
}

// open picks an address, starts the server there and ends it with the test.
func (s *Server) open() {
	s.t.Helper()
	s.listen = freeAddress(s.t)
	s.URL = "http://" + s.listen
	s.t.Cleanup(func() {
		s.close()
		for _, line := range s.Log.leaks() {
			s.t.Errorf("a secret stands in the log: %s", line)
		}
		for _, line := range s.Log.troubles(s.options.Caused) {
			s.t.Errorf("the server is in trouble: %s", line)
		}
		if s.t.Failed() {
			s.t.Logf("the log of %s ends:\n%s", s.URL, s.Log.tail())
		}
	})
	s.Start()
}

func (s *Server) close() {
	if s.process == nil || s.process.ended() {
		return
	}
	// A server that stops waits some seconds for connections on which nothing was asked yet; ours hold some.
	http.DefaultClient.CloseIdleConnections()
	plain.CloseIdleConnections()
	if err := s.process.stop(); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
}

// Start starts a server again that was stopped or killed, and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.TryStart(); err != nil {
		s.t.Fatal(err)
	}
}

// TryStart is Start for tests in which the server may die again before it is ready.
func (s *Server) TryStart() error {
	command := s.options.Command
	if command == "" {
		command = "serve"
	}
	args := append([]string{command, "--listen", s.listen, "--public-url", s.publicURL()}, s.storage...)
	if !s.options.Real && command == "serve" {
		args = append(args, "--sandbox")
	}
	if s.apply != "" {
		args = append(args, "--apply", s.apply)
	}
	var err error
	if s.process, err = launch(s.Log, s.environment(), Binary(s.t), append(args, s.options.Flags...)...); err != nil {
		return err
	}
	return s.awaitReady()
}

func (s *Server) environment() []string {
	env := append(Environment(), s.options.Env...)
	if s.options.Quiet {
		env = append(env, "TWINSEAL_LOG_LEVEL=warn")
	}
	return env
}

func (s *Server) publicURL() string {
	switch {
	case s.options.PublicURL != "":
		return s.options.PublicURL
	case s.options.Localhost:
		return "http://localhost" + s.listen[strings.LastIndex(s.listen, ":"):]
	}
	return s.URL
}

// Home is where people reach the server, without a trailing slash.
func (s *Server) Home() string { return s.publicURL() }

func (s *Server) awaitReady() error {
	return Until(s.t, "the server to be ready", func() (error, bool) {
		if s.process.ended() {
			return fmt.Errorf("the server ended: %w\n%s", s.process.err, s.Log.tail()), true
		}
		return nil, s.status("/readyz") == http.StatusOK
	})
}

// status is the status of a GET, 0 when nobody answers.
func (s *Server) status(path string) int {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL+path, http.NoBody)
	if err != nil {
		return 0
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close() // the status is all that is asked for
	return answer.StatusCode
}

// Stop ends the server in order, as an operator does.
func (s *Server) Stop() {
	s.t.Helper()
	if err := s.process.stop(); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
}

// Kill ends the server without warning.
func (s *Server) Kill() { s.process.kill() }

// Storage are the flags that name the server's database, for commands beside it.
func (s *Server) Storage() []string { return s.storage }

// Operate runs a command of the operator on the server's database and returns what it prints.
func (s *Server) Operate(t testing.TB, args ...string) string {
	t.Helper()
	out, err := s.TryOperate(t, args...)
	if err != nil {
		t.Fatalf("twinseal %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// TryOperate is Operate for commands that may be refused; the error holds what was printed.
func (s *Server) TryOperate(t testing.TB, args ...string) (string, error) {
	t.Helper()
	flags := append([]string{"--public-url", s.publicURL()}, s.storage...)
	return Run(t, "", append(args, flags...)...)
}

// Run runs a command of the program with something on its standard input.
func Run(t testing.TB, stdin string, args ...string) (string, error) {
	t.Helper()
	var out, complaint bytes.Buffer
	command := exec.CommandContext(t.Context(), Binary(t), args...)
	command.Env, command.Stdin, command.Stdout, command.Stderr = Environment(), strings.NewReader(stdin), &out, &complaint
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}

// Binary is the program under test.
func Binary(t testing.TB) string {
	t.Helper()
	path := os.Getenv(envBinary)
	if path == "" {
		t.Fatal("there is no program to test: call harness.Main in TestMain")
	}
	return path
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

// DatabaseFile is the file of an embedded database, "" for another engine.
func (s *Server) DatabaseFile() string {
	if s.options.Engine == PostgreSQL {
		return ""
	}
	return filepath.Join(s.storage[1], "twinseal.db")
}

// DatabaseURL addresses the PostgreSQL database, "" for another engine.
func (s *Server) DatabaseURL() string {
	if s.options.Engine != PostgreSQL {
		return ""
	}
	return s.storage[1]
}
