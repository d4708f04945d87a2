package launchkey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/internal/line"
)

// Bounds of what an error repeats of a server's words, so that a log line stays one.
const (
	maxSentence = 500
	maxFields   = 20
	maxDepth    = 3
)

// printable makes a server's text fit for one line of a log.
func printable(s string) string { return line.Printable(s, maxSentence) }

// fieldsOf reads an object that gives each wrong parameter a reason, or an
// object of such reasons.
func fieldsOf(raw []byte) map[string]string {
	fields := map[string]string{}
	collect(fields, "", raw, maxDepth)
	if len(fields) == 0 {
		return nil
	}
	return fields
}

func collect(fields map[string]string, prefix string, raw []byte, depth int) {
	var members map[string]json.RawMessage
	if depth == 0 || json.Unmarshal(raw, &members) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if len(fields) == maxFields {
			return
		}
		var reason string
		if json.Unmarshal(members[name], &reason) == nil {
			fields[prefix+printable(name)] = printable(reason)
			continue
		}
		collect(fields, prefix+printable(name)+".", members[name], depth-1)
	}
}

// summary puts the fields into one sentence, in a fixed order.
func summary(fields map[string]string) string {
	parts := make([]string, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, name+": "+fields[name])
	}
	return printable(strings.Join(parts, "; "))
}

// timeLayout is how times are written: UTC, whole seconds.
const timeLayout = "2006-01-02T15:04:05Z"

// instant is a time on the wire; null and absent are the zero time.
type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		i.Time = time.Time{}
		return err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("a time is not in the form of RFC 3339")
	}
	i.Time = at.UTC()
	return nil
}

func (i instant) MarshalJSON() ([]byte, error) {
	if i.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(i.UTC().Format(timeLayout))
}
