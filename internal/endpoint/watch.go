package endpoint

import (
	"context"
	"slices"
	"time"
)

// statusGone stands in logs and metrics for an answer that nobody waited for; it is sent to nobody.
const statusGone = 499

// watch reads from a watched connection while it waits, which ends the context when the client goes away. What the
// client sends ahead instead is kept; it is there, then, and is not watched any longer. Stop must be called before
// anybody else reads.
func (p *parked) watch() (ctx context.Context, stop func()) {
	if _, more := p.conn.(*ahead); !p.Watched || more || len(p.early) > 0 {
		return context.Background(), func() {}
	}
	ctx, gone := context.WithCancel(context.Background())
	done := make(chan struct{})
	var sent []byte
	go func() {
		defer close(done)
		var first [1]byte
		if n, err := p.conn.Read(first[:]); n > 0 {
			sent = slices.Clone(first[:n])
		} else if err != nil {
			gone()
		}
	}()
	return ctx, func() {
		_ = p.conn.SetReadDeadline(time.Unix(1, 0)) // long ago: the reader returns
		<-done
		_ = p.conn.SetReadDeadline(time.Time{})
		p.early = sent
		gone()
	}
}
