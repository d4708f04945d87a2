package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a running PostgreSQL server. It ends with Stop, or when this
// process dies.
type Cluster struct {
	dir      string
	port     int
	password string
	keeper   *exec.Cmd
	lifeline io.Closer
}

// keeperScript runs the server until its standard input ends, which also
// happens when the process that holds the other end is killed. Then it stops
// the server and removes its directory.
const keeperScript = `
dir=$1; shift
cd "$dir" || exit 1
"$@" >log 2>&1 </dev/null &
cat >/dev/null
kill -INT $!
wait $!
cd / && rm -rf "$dir"
`

// Start makes and starts a server. It takes about two seconds.
func Start(ctx context.Context) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "twinseal-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, password: rand.Text()}
	if err := c.start(ctx, bin); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		c.Stop()
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, log), os.RemoveAll(dir))
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, bin string) error {
	if err := c.initialise(ctx, bin); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	c.port = port
	// The context does not end the server: it may belong to one test only.
	c.keeper = exec.Command("/bin/sh", "-c", keeperScript, "sh", c.dir,
		filepath.Join(bin, "postgres"), "-D", filepath.Join(c.dir, "data"),
		"-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(port),
		"-c", "unix_socket_directories="+c.dir, "-c", "max_connections=200")
	if c.keeper.SysProcAttr, err = unprivileged(); err != nil {
		return err
	}
	if c.lifeline, err = c.keeper.StdinPipe(); err != nil {
		return err
	}
	if err := c.keeper.Start(); err != nil {
		return err
	}
	return c.ready(ctx)
}

// initialise makes the data directory. Everybody on this machine may reach the
// port, so that needs the password; only the server's user sees the socket.
func (c *Cluster) initialise(ctx context.Context, bin string) error {
	file := filepath.Join(c.dir, "password")
	if err := os.WriteFile(file, []byte(c.password), 0o600); err != nil {
		return err
	}
	if err := own(c.dir, file); err != nil {
		return err
	}
	attr, err := unprivileged()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(c.dir, "data"),
		"-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile="+file,
		"--encoding=UTF8", "--locale=C", "--no-sync")
	cmd.Dir = c.dir
	cmd.SysProcAttr = attr
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// startTimeout is generous: a loaded machine takes its time.
const startTimeout = time.Minute

// ready waits until the server answers.
func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// URL addresses a database over the Unix socket, the fastest way.
func (c *Cluster) URL(database string) string {
	query := url.Values{"host": {c.dir}, "port": {strconv.Itoa(c.port)}}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// TCP addresses a database over the loopback port.
func (c *Cluster) TCP(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", c.password), Path: "/" + database,
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Stop ends the server and removes everything. Further calls do nothing.
func (c *Cluster) Stop() {
	if c.lifeline == nil {
		return
	}
	_ = c.lifeline.Close()
	_ = c.keeper.Wait() // the script's exit code says nothing of use
	c.lifeline = nil
	// The server's user may not be allowed to remove the directory itself.
	_ = os.RemoveAll(c.dir)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
