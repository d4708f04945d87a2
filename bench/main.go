// Command bench measures what Twinseal costs, against ceilings that it measures in the same run on the same
// machine: a bare net/http handler. It prints ratios and processor time per operation; rates alone say
// little, because they drift with the machine's other work. docs/benchmarks.md holds the latest results.
//
// Everything runs on loopback: the server is the built binary in a process of its own, PostgreSQL is a
// throw-away cluster, the load comes from this process.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/twinseal/twinseal/internal/pgtest"
)

// plan says what to run.
type plan struct {
	people  int
	clients int
	rounds  int
	waiters int
	engines []string
	only    string
	// decisions is how many are recorded to be replayed.
	decisions int
	profile   string
}

func main() {
	var p plan
	var engines string
	flag.IntVar(&p.people, "people", 10_000, "users with a device")
	flag.IntVar(&p.clients, "clients", 64, "keep-alive connections")
	flag.IntVar(&p.rounds, "rounds", 5, "rounds of every measurement, interleaved with the bare handler")
	flag.IntVar(&p.waiters, "waiters", 10_000, "devices, or codes, that wait at once")
	flag.StringVar(&engines, "engines", "sqlite,postgres", "engines to measure")
	flag.StringVar(&p.only, "only", "", "measure just these: verify, approve, launchkey, passkey, track, validate, replay, wait, stream, codewait, paint")
	flag.IntVar(&p.decisions, "decisions", 1_000_000, "recorded decisions that are replayed")
	flag.StringVar(&p.profile, "profile", "", "run the server in this process and write its CPU profile to this file")
	flag.Parse()
	if len(os.Args) > 2 && os.Args[1] == bareArgument {
		fatal(serveBare(os.Args[2]))
		return
	}
	if len(os.Args) > 3 && os.Args[1] == swapArgument {
		fatal(serveSwap(os.Args[2], os.Args[3]))
		return
	}
	p.engines = strings.Split(engines, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fatal(run(ctx, p, os.Stdout))
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run builds the binary and measures each engine.
func run(ctx context.Context, p plan, out io.Writer) error {
	dir, err := os.MkdirTemp("", "twinseal-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // best effort on the way out
	binary := filepath.Join(dir, "twinseal")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/twinseal")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	for _, engine := range p.engines {
		if err := measure(ctx, p, engine, binary, filepath.Join(dir, engine), out); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

func measure(ctx context.Context, p plan, engine, binary, dir string, out io.Writer) error {
	w := &world{plan: p, dir: dir, binary: binary, out: out}
	if engine == "postgres" {
		cluster, err := pgtest.Start(ctx)
		if err != nil {
			return err
		}
		defer cluster.Stop()
		if w.database, err = pgtest.CreateDatabase(ctx, cluster.URL("postgres")); err != nil {
			return err
		}
		at, err := url.Parse(w.database)
		if err != nil {
			return err
		}
		w.cluster = at.Query().Get("host")
	}
	fmt.Fprintf(out, "\n%s\n%s\n", engine, strings.Repeat("─", len(engine)))
	if err := w.prepare(ctx); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	bare, err := startSelf(ctx, bareArgument)
	if err != nil {
		return err
	}
	defer bare.end()
	swap, err := w.startSwap(ctx)
	if err != nil {
		return err
	}
	defer swap.end()
	w.swap = swap
	server, err := w.startServer(ctx)
	if err != nil {
		return err
	}
	defer server.end()
	fmt.Fprintf(out, "idle: %.1f MB resident (%d users stored)\n", server.residentMB(), p.people)
	return w.parts(ctx, bare, server)
}

// parts runs the measurements, or those that were asked for. Waits for codes come first: their tokens carry the time of
// day, which others move on.
func (w *world) parts(ctx context.Context, bare, server *process) error {
	for _, part := range []struct {
		name string
		run  func(context.Context, *process, *process) error
	}{{"codewait", w.codeWait}, {"verify", w.verify}, {"approve", w.approve}, {"launchkey", w.launchkey}, {"passkey", w.passkey}, {"track", w.track}, {"validate", w.validate}, {"replay", w.replay}, {"wait", w.wait}, {"stream", w.stream}, {"paint", w.paint}} {
		if !w.wants(part.name) {
			continue
		}
		if err := part.run(ctx, bare, server); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}
