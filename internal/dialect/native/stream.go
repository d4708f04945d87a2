package native

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// heartbeat is below the silence that common proxies allow a connection.
const heartbeat = 25 * time.Second

// stream sends the pending list at once and after every change, until the device goes away or is unlinked.
func (d *Dialect) stream(_ context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	return endpoint.Response{Stream: func(ctx context.Context, out *endpoint.Stream) error {
		return d.follow(ctx, c, out)
	}}, nil
}

func (d *Dialect) follow(ctx context.Context, c *mfa.DeviceCaller, out *endpoint.Stream) error {
	changed, stop := d.service.Wait(c)
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	sent := ""
	for {
		list, err := d.service.PendingFor(ctx, c)
		if err != nil {
			return err
		}
		if now := cursor(list); now != sent {
			if err := send(out, list, now); err != nil {
				return err
			}
			sent = now
		}
		select {
		case <-changed:
			if err := d.service.StillLinked(ctx, c); err != nil {
				return err
			}
		case <-beat.C:
			if err := out.Comment("still here"); err != nil {
				return err
			}
		case <-d.options.Draining:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

func send(out *endpoint.Stream, list []mfa.Challenge, name string) error {
	wired, err := wireChallenges(list)
	if err != nil {
		return err
	}
	data, err := json.Marshal(api.ChallengeList{Challenges: wired, Cursor: name})
	if err != nil {
		return err
	}
	return out.Event(api.StreamEvent, data)
}
