package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

// shown is what a command found, for people.
type shown interface{ print(w io.Writer) }

// facts are labels with values, one a line. Those without a value are left out.
type facts [][2]string

// table is a head and rows. Without rows it says so.
type table struct {
	head []string
	rows [][]string
	none string
}

// show prints what was found: for programs, or for people.
func (c *connection) show(cmd *cobra.Command, found any, forPeople shown) error {
	if !c.json {
		forPeople.print(cmd.OutOrStdout())
		return nil
	}
	raw, err := json.Marshal(found)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return err
	}
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(renamed(plain))
}

// renamed writes the names of Go's fields as names of JSON, and no time as null.
func renamed(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, member := range value {
			out[snake(name)] = renamed(member)
		}
		return out
	case []any:
		for i := range value {
			value[i] = renamed(value[i])
		}
		return value
	case string:
		if value == "0001-01-01T00:00:00Z" {
			return nil
		}
	}
	return value
}

// snake turns QRCodeURL into qr_code_url.
func snake(name string) string {
	runes := []rune(strings.ReplaceAll(name, "IDs", "Ids"))
	var b strings.Builder
	for i, r := range runes {
		afterSmall := i > 0 && unicode.IsLower(runes[i-1])
		beforeSmall := i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if unicode.IsUpper(r) && (afterSmall || beforeSmall) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// done says that a command without a result has succeeded.
func (c *connection) done(cmd *cobra.Command, what string) error {
	return c.show(cmd, map[string]bool{"done": true}, facts{{"Done", what}})
}

func (f facts) print(w io.Writer) {
	width := 0
	for _, fact := range f {
		if fact[1] != "" {
			width = max(width, utf8.RuneCountInString(fact[0]))
		}
	}
	for _, fact := range f {
		if fact[1] != "" {
			fmt.Fprintln(w, pad(fact[0], width)+"  "+oneLine(fact[1]))
		}
	}
}

func (t table) print(w io.Writer) {
	if len(t.rows) == 0 {
		fmt.Fprintln(w, t.none)
		return
	}
	lines := append([][]string{t.head}, t.rows...)
	widths := make([]int, len(t.head))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(oneLine(cell)))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line {
			b.WriteString(pad(oneLine(cell), widths[i]) + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s))
}

// oneLine keeps a text from elsewhere from moving the cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func texts[T ~string](values []T) string {
	all := make([]string, 0, len(values))
	for _, v := range values {
		all = append(all, string(v))
	}
	return strings.Join(all, ", ")
}

// hints say what to do about an error, where the error itself does not.
var hints = []struct {
	kind launchkey.Kind
	hint string
}{
	{launchkey.ErrUnauthorized, "the server does not know this key for this entity, or may not take it for signing; check --as and --key"},
	{launchkey.ErrForbidden, "that does not belong to the entity that signs, or does not exist; check --as, --directory and --service"},
	{launchkey.ErrNotFound, "there is no such user, device or request, or the user has no linked device; see device list, and device link"},
	{launchkey.ErrAuthorizationInProgress, "wait for the answer to it, or cancel it"},
	{launchkey.ErrRequestTimedOut, "nobody answered in time; ask again"},
	{launchkey.ErrEntityKeyNotFound, "give the private key to it with --encryption-key"},
	{launchkey.ErrRateLimited, "wait a moment"},
	{launchkey.ErrUnavailable, "the server is not well; try again later"},
	{launchkey.ErrUnverified, "the answer is not the server's, or the clocks differ; check --url"},
}

// explain is an error with what to do about it.
func explain(err error) string {
	text := strings.TrimPrefix(err.Error(), "launchkey: ")
	if refused, ok := errors.AsType[*launchkey.Error](err); ok && refused.Pending != nil {
		text += fmt.Sprintf("\n  pending: %s until %s", refused.Pending.ID, stamp(refused.Pending.ExpiresAt))
	}
	for _, h := range hints {
		if errors.Is(err, h.kind) {
			return text + "\n  " + h.hint
		}
	}
	return text
}
