// Package place tells facts of addresses from files that the operator supplies: databases in MaxMind's format for
// country, town, position and owner, and lists of networks by name. None is shipped. Files are read into memory, so
// that they may be replaced while the server runs, and are read anew when they change.
//
// What a database says of an address is where its user probably is, often to a town and sometimes to a country. It
// is good for suspicion and never a proof.
package place

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Config names the files.
type Config struct {
	Databases []string // in MaxMind's format; the first that knows a fact tells it
	Lists     []List
	// Embargoed are countries in ISO 3166-1 codes of two letters; nil: [Embargoed].
	Embargoed []string
	Log       *slog.Logger // hears of files that became unreadable; nil: nobody
}

// Places answers from the files as they were last read. It is safe for several goroutines.
type Places struct {
	databases []*watched[*database]
	lists     []*watched[*list]
	embargoed []string
	log       *slog.Logger
}

var _ mfa.Places = (*Places)(nil)

// Limits of what is configured; more is a mistake in the configuration.
const (
	maxDatabases = 4  // town, owner and anonymity are three
	maxLists     = 16 // each costs every look a search
)

// Open reads all files. One that cannot be read is an error now, and only a warning later.
func Open(c Config) (*Places, error) {
	if len(c.Databases) > maxDatabases || len(c.Lists) > maxLists {
		return nil, fmt.Errorf("places: %d databases and %d lists of networks at most", maxDatabases, maxLists)
	}
	embargoed, err := countries(c.Embargoed)
	if err != nil {
		return nil, err
	}
	p := &Places{embargoed: embargoed, log: c.Log}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	for _, file := range c.Databases {
		w, err := watch("places "+file, file, maxDatabase, readDatabase)
		if err != nil {
			return nil, err
		}
		p.databases = append(p.databases, w)
	}
	for _, l := range c.Lists {
		if err := l.check(p.lists); err != nil {
			return nil, err
		}
		w, err := watch("list of networks "+l.Name, l.File, maxList, l.read)
		if err != nil {
			return nil, err
		}
		p.lists = append(p.lists, w)
	}
	return p, nil
}

// countries are upper case codes of two letters.
func countries(codes []string) ([]string, error) {
	if codes == nil {
		return Embargoed(), nil
	}
	var read []string
	for _, code := range codes {
		code = strings.ToUpper(strings.TrimSpace(code))
		if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
			return nil, fmt.Errorf("embargoed countries: %q is no ISO 3166 code of two letters such as KP", code)
		}
		read = append(read, code)
	}
	return read, nil
}

// Look tells what the files know of an address. IPv4 addresses inside IPv6 ones are looked up as what they are.
func (p *Places) Look(addr netip.Addr) mfa.Place {
	var found mfa.Place
	if !addr.IsValid() {
		return found
	}
	addr = addr.Unmap().WithZone("")
	for _, w := range p.databases {
		(*w.now.Load()).look(addr, &found)
	}
	for _, w := range p.lists {
		if l := *w.now.Load(); l.has(addr) {
			found.Lists = appendOnce(found.Lists, l.name)
			found.Anonymous = found.Anonymous || hides(l.name)
		}
	}
	found.Embargoed = found.Country != "" && slices.Contains(p.embargoed, found.Country)
	return found
}

// appendOnce keeps lists free of doubles, where a database and a list say the same.
func appendOnce(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// interval is how often the files are looked at. Lists of exits change hourly, and a look is a system call.
const interval = 30 * time.Second

// Run reads files that changed, until the context ends.
func (p *Places) Run(ctx context.Context) error {
	if len(p.databases)+len(p.lists) == 0 {
		return nil
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			p.Refresh()
		}
	}
}

// Refresh reads files that changed. Of one that is gone, or cannot be read, what it last said stays, and the log has
// it once. One goroutine at a time may call it.
func (p *Places) Refresh() {
	var errs []error
	for _, w := range p.databases {
		errs = append(errs, w.refresh())
	}
	for _, w := range p.lists {
		errs = append(errs, w.refresh())
	}
	if err := errors.Join(errs...); err != nil {
		p.log.Warn("a file of places cannot be read; what it said before stays", "error", err)
	}
}

// watched is a file and what was last read of it.
type watched[T any] struct {
	what, file string
	most       int64
	read       func([]byte) (T, error)
	seen       stamp
	failed     bool // the log has it already
	now        atomic.Pointer[T]
}

func watch[T any](what, file string, most int64, read func([]byte) (T, error)) (*watched[T], error) {
	w := &watched[T]{what: what, file: file, most: most, read: read}
	return w, w.load()
}

// refresh loads a file that is not as it was seen.
func (w *watched[T]) refresh() error {
	seen, err := stampOf(w.file)
	if err == nil && seen == w.seen {
		return nil
	}
	if err == nil {
		err = w.load()
	} else if w.failed {
		return nil
	}
	w.failed = err != nil
	return err
}

// load reads the file. Its stamp is taken before, so that a change meanwhile is noticed the next time.
func (w *watched[T]) load() error {
	seen, err := stampOf(w.file)
	if err != nil {
		return fmt.Errorf("%s: %w", w.what, err)
	}
	w.seen = seen
	content, err := readFile(w.file, w.most)
	if err != nil {
		return fmt.Errorf("%s: %w", w.what, err)
	}
	read, err := w.read(content)
	if err != nil {
		return fmt.Errorf("%s: %w", w.what, err)
	}
	w.now.Store(&read)
	return nil
}
