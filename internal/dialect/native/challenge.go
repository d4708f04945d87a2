package native

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// plainList foresees a list that is answered at once. One that waits subscribes before it looks.
func plainList(r *endpoint.Request) mfa.Foresight {
	query := r.URL.Query()
	return mfa.Foresight{Pending: query.Get("state") != api.ListAll && query.Get("wait") == ""}
}

func namedChallenge(r *endpoint.Request) mfa.Foresight {
	return mfa.Foresight{Challenge: mfa.ChallengeID(r.PathValue("id"))}
}

func (d *Dialect) challenges(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	query := r.URL.Query()
	switch query.Get("state") {
	case api.ListAll:
		limit, err := number(query.Get("limit"), api.DefaultListLimit, api.MaxListLimit)
		if err != nil {
			return endpoint.Response{}, err
		}
		return d.history(ctx, c, mfa.ChallengeID(query.Get("after")), limit)
	case api.ListPending, "":
		wait, err := number(query.Get("wait"), 0, api.MaxWaitSeconds)
		if err != nil {
			return endpoint.Response{}, err
		}
		return d.pending(ctx, c, time.Duration(wait)*time.Second, query.Get("after"))
	default:
		return endpoint.Response{}, problem(api.CodeInvalidRequest, "state is pending or all")
	}
}

// number reads a parameter from 0 to most; "" means the one given.
func number(text string, absent, most int) (int, error) {
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, problem(api.CodeInvalidRequest, "wait and limit are whole numbers, at most "+strconv.Itoa(most))
	}
	return n, nil
}

func (d *Dialect) history(ctx context.Context, c *mfa.DeviceCaller, before mfa.ChallengeID, limit int) (endpoint.Response, error) {
	list, err := d.service.HistoryFor(ctx, c, before, limit)
	if err != nil {
		return endpoint.Response{}, err
	}
	wired, err := wireChallenges(list)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := api.ChallengeList{Challenges: wired}
	if limit > 0 && len(list) == limit {
		out.Next = string(list[limit-1].ID)
	}
	return endpoint.JSON(0, out)
}

// emptyCursor is the cursor of an empty list: a poll that waits without naming a cursor waits for the
// list to hold something.
var emptyCursor = cursor(nil)

// cursor names the content of a pending list. A pending challenge never changes, so its ids say it all.
func cursor(list []mfa.Challenge) string {
	h := sha256.New()
	for _, c := range list {
		h.Write([]byte(c.ID))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// maxHeld bounds the requests of one device that wait here at once. An honest one has one, and for a while
// those that broke off without a word; each change wakes all of them, and each takes up a connection.
const maxHeld = 8

// pending answers with the list once it differs from the one that after names, or when the wait is over.
func (d *Dialect) pending(ctx context.Context, c *mfa.DeviceCaller, wait time.Duration, after string) (endpoint.Response, error) {
	if after == "" {
		after = emptyCursor
	}
	changed, stop := d.service.Wait(c) // before the first look, so that nothing falls between
	list, err := d.service.PendingFor(ctx, c)
	if err != nil || wait == 0 || cursor(list) != after {
		stop()
		if err != nil {
			return endpoint.Response{}, err
		}
		return d.list(list)
	}
	end, leave := d.held.Enter(c.Device.ID, maxHeld)
	return endpoint.Response{Wait: &endpoint.Wait{
		Wake: changed, End: end, For: wait,
		Close: func() { leave(); stop() },
		Next: func(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
			return d.again(ctx, c, why, after)
		},
	}}, nil
}

// again looks whether the list has changed since the poll began.
func (d *Dialect) again(ctx context.Context, c *mfa.DeviceCaller, why endpoint.Why, after string) (endpoint.Response, bool, error) {
	if err := d.service.StillLinked(ctx, c); err != nil {
		return endpoint.Response{}, true, err
	}
	list, err := d.service.PendingFor(ctx, c)
	if err != nil || why != endpoint.Over && cursor(list) == after {
		return endpoint.Response{}, false, err
	}
	resp, err := d.list(list)
	return resp, true, err
}

func (d *Dialect) list(list []mfa.Challenge) (endpoint.Response, error) {
	wired, err := wireChallenges(list)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.ChallengeList{Challenges: wired, Cursor: cursor(list)})
}

func (d *Dialect) challenge(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	found, err := d.service.ChallengeFor(ctx, c, mfa.ChallengeID(r.PathValue("id")))
	if err != nil {
		return endpoint.Response{}, missing(api.CodeChallengeUnknown, err)
	}
	wired, err := wireChallenge(found)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, wired)
}

func (d *Dialect) answer(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error) {
	var in api.Answer
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	got, err := d.service.Answer(ctx, c, mfa.ChallengeID(r.PathValue("id")), in.Statement, in.Packages)
	if err != nil {
		return endpoint.Response{}, missing(api.CodeChallengeUnknown, err)
	}
	return endpoint.Bytes(0, contentJSON, got.Document), nil
}

const contentJSON = "application/json; charset=utf-8"

func (d *Dialect) deviceReceipt(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	got, err := d.service.ReceiptForDevice(ctx, c, mfa.ChallengeID(r.PathValue("challenge")))
	if err != nil {
		return endpoint.Response{}, missing(api.CodeReceiptUnknown, err)
	}
	return endpoint.Bytes(0, contentJSON, got.Document), nil
}

func (d *Dialect) applicationReceipt(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	c, err := d.application(ctx, r)
	if err != nil {
		return endpoint.Response{}, err
	}
	got, err := d.service.ReceiptFor(ctx, c, mfa.ChallengeID(r.PathValue("challenge")))
	if err != nil {
		return endpoint.Response{}, missing(api.CodeReceiptUnknown, err)
	}
	return endpoint.Bytes(0, contentJSON, got.Document), nil
}
