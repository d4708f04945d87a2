package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/api"
)

const (
	// streamSilence ends a stream on which not even a heartbeat came; servers
	// send one at least every half minute.
	streamSilence = 90 * time.Second
	// maxEvent bounds one event: the pending list at its largest.
	maxEvent = maxResponse
)

// ErrStreamEnded is the last word of a stream that the server closed or that
// fell silent. Open another one.
var ErrStreamEnded = errors.New("the stream ended")

// Stream holds a connection and yields the pending list at once and then
// after each change. It ends after an error: [ErrStreamEnded] in the ordinary
// case, the context's when that is over.
func (d *Device) Stream(ctx context.Context) iter.Seq2[ChallengeList, error] {
	return func(yield func(ChallengeList, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		resp, err := d.send(ctx, request{method: http.MethodGet, target: api.PathStream, accept: "text/event-stream"})
		if err != nil {
			yield(ChallengeList{}, err)
			return
		}
		defer resp.Body.Close()
		silence := time.AfterFunc(streamSilence, cancel)
		defer silence.Stop()
		alive := func() { silence.Reset(streamSilence) }
		for data, err := range events(resp.Body, api.StreamEvent, alive) {
			list, err := decodeEvent(data, err)
			if !yield(list, err) || err != nil {
				return
			}
		}
	}
}

func decodeEvent(data []byte, err error) (ChallengeList, error) {
	var list ChallengeList
	if err != nil {
		return list, err
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return list, fmt.Errorf("the server's event is not what the protocol says: %w", err)
	}
	return list, nil
}

// events reads server-sent events (HTML, section 9.2) and yields the data of
// those with the wanted name. It calls alive for every line, comments
// included, and ends with an error.
func events(r io.Reader, name string, alive func()) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxEvent)
		var current event
		for lines.Scan() {
			alive()
			if len(lines.Bytes()) > 0 {
				current.add(lines.Bytes())
				continue
			}
			if current.name == name && !yield(current.data, nil) {
				return
			}
			current = event{}
		}
		err := lines.Err()
		if err == nil {
			err = io.EOF
		}
		yield(nil, fmt.Errorf("%w: %w", ErrStreamEnded, err))
	}
}

// event is a server-sent event while its lines come in.
type event struct {
	name string
	data []byte
}

// add takes one line. Fields other than event and data are not used here.
func (e *event) add(line []byte) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		e.name = string(value)
	case "data":
		if e.data != nil {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, value...)
	}
}
