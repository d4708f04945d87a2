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
	changed, stop := d.service.Wait(c)
	end, leave := d.held.Enter(c.Device.ID, maxHeld)
	sent := ""
	return endpoint.Response{Wait: &endpoint.Wait{
		Wake: changed, End: end, Every: heartbeat, Stream: true,
		Close: func() { leave(); stop() },
		Next: func(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
			if why == endpoint.Beat {
				return endpoint.Response{Body: endpoint.Comment("still here")}, false, nil
			}
			return d.follow(ctx, c, &sent)
		},
	}}, nil
}

// follow gives the list as an event where it differs from the one that was sent last.
func (d *Dialect) follow(ctx context.Context, c *mfa.DeviceCaller, sent *string) (endpoint.Response, bool, error) {
	if err := d.service.StillLinked(ctx, c); err != nil {
		return endpoint.Response{}, true, err
	}
	list, err := d.service.PendingFor(ctx, c)
	if err != nil {
		return endpoint.Response{}, true, err
	}
	name := cursor(list)
	if name == *sent {
		return endpoint.Response{}, false, nil
	}
	wired, err := wireChallenges(list)
	if err != nil {
		return endpoint.Response{}, true, err
	}
	data, err := json.Marshal(api.ChallengeList{Challenges: wired, Cursor: name})
	*sent = name
	return endpoint.Response{Body: endpoint.Event(api.StreamEvent, data)}, false, err
}
