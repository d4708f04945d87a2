package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/api"
)

// joinPause is how long a device waits before it looks again.
const joinPause = 2 * time.Second

// join sends a link request until the other device has decided, where there is
// one.
func (d *Device) join(ctx context.Context, in api.LinkRequest, shows func(number string)) error {
	for shown := false; ; shown = true {
		var out struct {
			api.LinkedAccount
			Join *api.JoinClaim `json:"join"`
		}
		if err := d.call(ctx, http.MethodPost, api.PathLinks, in, &out); err != nil {
			return err
		}
		switch {
		case out.Join == nil:
			return d.keep(out.LinkedAccount)
		case shows == nil:
			return errors.New("link: another device has to approve this code, and this program cannot show the number for it")
		case !shown:
			shows(out.Join.Number)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d.joinPause):
		}
	}
}

// StartJoin makes a code by which another device of the person may join, for
// [api.JoinAdd] or [api.JoinMove]. One that was made before is withdrawn.
func (d *Device) StartJoin(ctx context.Context, purpose string) (api.JoinStarted, error) {
	var started api.JoinStarted
	err := d.call(ctx, http.MethodPost, api.PathJoins, api.JoinRequest{Purpose: purpose}, &started)
	return started, err
}

// Join gives where a join of this device stands as soon as its state is
// another than known, and in any case after the given time (a minute at most).
func (d *Device) Join(ctx context.Context, id, known string, wait time.Duration) (api.Join, error) {
	seconds := max(0, min(int(wait/time.Second), api.MaxWaitSeconds))
	query := url.Values{"state": {known}, "wait": {strconv.Itoa(seconds)}}
	var join api.Join
	err := d.call(ctx, http.MethodGet, joinPath(id)+"?"+query.Encode(), nil, &join)
	return join, err
}

// AnswerJoin lets the device in that shows the number, or no device. A wrong
// number ends the join. After a move this device is not linked any more.
func (d *Device) AnswerJoin(ctx context.Context, id string, approve bool, number string) (api.Join, error) {
	var join api.Join
	err := d.call(ctx, http.MethodPost, joinPath(id)+"/answer", api.JoinAnswer{Approve: approve, Number: number}, &join)
	return join, err
}

// WithdrawJoin ends a join that nobody needs any more.
func (d *Device) WithdrawJoin(ctx context.Context, id string) error {
	return d.call(ctx, http.MethodDelete, joinPath(id), nil, nil)
}

func joinPath(id string) string { return api.PathJoins + "/" + url.PathEscape(id) }
