package harness

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a running program in a process group of its own.
type process struct {
	command *exec.Cmd
	done    chan struct{} // closed when it has ended
	err     error         // how; read it after done
}

// drainDelay is how long to wait for the last words of a program that has ended.
const drainDelay = 5 * time.Second

// launch starts a program. What it prints goes to out.
func launch(out io.Writer, env []string, name string, args ...string) (*process, error) {
	command := exec.Command(name, args...) //nolint:noctx // it outlives any context of the test that starts it, and ends with the test
	command.Env, command.Stdout, command.Stderr = env, out, out
	command.WaitDelay = drainDelay
	command.SysProcAttr = ownGroup()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{command: command, done: make(chan struct{})}
	go func() {
		p.err = command.Wait()
		close(p.done)
	}()
	return p, nil
}

// Environment is this process's environment without the settings of a server.
func Environment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "TWINSEAL_") {
			env = append(env, entry)
		}
	}
	return env
}

// ended reports whether the program is gone.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks the program to end and waits for it. It kills one that does not.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-p.done:
		return p.err
	case <-limit.C:
		p.kill()
		return errors.New("the program did not stop when it was told to")
	}
}

// kill ends the whole group at once, as a power cut would.
func (p *process) kill() {
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) // it may be gone already
	<-p.done
}
