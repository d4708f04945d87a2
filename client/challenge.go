package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Challenge is one question as it arrived, together with exactly what would
// be signed.
type Challenge struct {
	api.Challenge
	question   receipt.Question
	unsignable error
}

// UnmarshalJSON reads a challenge, and its question a second time strictly: a
// question with members this version cannot show is kept, but not signed.
func (c *Challenge) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &c.Challenge); err != nil {
		return err
	}
	var raw struct {
		Question json.RawMessage `json:"question"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	c.question, c.unsignable = receipt.ParseQuestion(raw.Question)
	if c.unsignable == nil && c.question.Challenge != c.ID {
		c.unsignable = errors.New("its question is about another challenge")
	}
	return nil
}

// Signable says why a challenge cannot be answered by this version, nil if it
// can. Do not offer to approve what is not signable.
func (c *Challenge) Signable() error {
	if c.unsignable != nil {
		return fmt.Errorf("this request cannot be answered here; update this program (%w)", c.unsignable)
	}
	if c.question.Challenge == "" {
		return errors.New("this request was not read from a server")
	}
	return nil
}

// Signed is the question exactly as it would be signed, with all that it
// demands; the zero value when the challenge is not signable.
func (c *Challenge) Signed() receipt.Question {
	if c.Signable() != nil {
		return receipt.Question{}
	}
	return c.question
}

// ChallengeList is a list and its place: see [api.ChallengeList].
type ChallengeList struct {
	Challenges []Challenge `json:"challenges"`
	Cursor     string      `json:"cursor,omitempty"`
	Next       string      `json:"next,omitempty"`
}

// Challenges gives all that is pending now, newest first.
func (d *Device) Challenges(ctx context.Context) (ChallengeList, error) {
	return d.list(ctx, url.Values{"state": {api.ListPending}})
}

// Wait gives the pending list as soon as it differs from the one cursor came
// with, and in any case after the given time (a minute at most). With an
// empty cursor it waits for the list not to be empty.
func (d *Device) Wait(ctx context.Context, cursor string, wait time.Duration) (ChallengeList, error) {
	seconds := max(0, min(int(wait/time.Second), api.MaxWaitSeconds))
	query := url.Values{"state": {api.ListPending}, "wait": {strconv.Itoa(seconds)}}
	if cursor != "" {
		query.Set("after", cursor)
	}
	return d.list(ctx, query)
}

// History gives a page of everything asked, newest first; after is the Next
// of the page before, limit 0 the server's choice.
func (d *Device) History(ctx context.Context, limit int, after string) (ChallengeList, error) {
	query := url.Values{"state": {api.ListAll}}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(min(limit, api.MaxListLimit)))
	}
	if after != "" {
		query.Set("after", after)
	}
	return d.list(ctx, query)
}

func (d *Device) list(ctx context.Context, query url.Values) (ChallengeList, error) {
	var list ChallengeList
	err := d.call(ctx, http.MethodGet, api.PathChallenges+"?"+query.Encode(), nil, &list)
	return list, err
}

// Challenge gives one challenge by the id its application got.
func (d *Device) Challenge(ctx context.Context, id string) (Challenge, error) {
	var c Challenge
	err := d.call(ctx, http.MethodGet, challengePath(id), nil, &c)
	return c, err
}

func challengePath(id string) string {
	return api.PathChallenges + "/" + url.PathEscape(id)
}
