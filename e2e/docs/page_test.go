package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is one fenced block of a page.
type block struct {
	page  string
	line  int // of its first fence
	lang  string
	words []string
	text  string
}

// says reports whether a word stands after the language.
func (b block) says(word string) bool { return slices.Contains(b.words, word) }

// value is what stands after name=, "" if that is not there.
func (b block) value(name string) string {
	for _, word := range b.words {
		if value, ok := strings.CutPrefix(word, name+"="); ok {
			return value
		}
	}
	return ""
}

// at is where the block stands, for messages.
func (b block) at() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

const fence = "```"

// languages are those that blocks of a page may have; commands are always sh.
var languages = []string{"sh", "text", "json", "yaml", "python", "js", "go"}

// parse finds the fenced blocks of a page.
func parse(page, text string) ([]block, error) {
	var blocks []block
	var open *block
	line := 0
	for row := range strings.Lines(text) {
		line++
		info, isFence := strings.CutPrefix(strings.TrimRight(row, "\r\n"), fence)
		switch {
		case !isFence && open != nil:
			open.text += row
		case isFence && open != nil:
			blocks = append(blocks, *open)
			open = nil
		case isFence:
			words := append(strings.Fields(info), "")
			open = &block{page: page, line: line, lang: words[0], words: words[1:]}
			if !slices.Contains(languages, open.lang) {
				return nil, fmt.Errorf("%s: a block of %q: use one of %v", open.at(), open.lang, languages)
			}
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s: the block does not end", open.at())
	}
	return blocks, nil
}

// anything is how pages leave out what is different every time.
const anything = "…"

// shows reports whether an output is the one that a page shows.
func shows(expected, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(strings.TrimSpace(expected) + "\n") {
		line = strings.TrimRight(line, " \n")
		if strings.TrimSpace(line) == anything {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), anything, `.*`) + `[ ]*\n`)
	}
	pattern.WriteString(`\z`)
	return regexp.MustCompile(pattern.String()).MatchString(strings.TrimSpace(got) + "\n")
}

func TestAPageShowsAnOutputUpToWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, expected, got string
		want                bool
	}{
		{"the same", "a\nb\n", "a\nb", true},
		{"another", "a\n", "b\n", false},
		{"more than expected", "a\n", "a\nb\n", false},
		{"less than expected", "a\nb\n", "a\n", false},
		{"a part of a line", `{"id":…}`, `{"id":1338}`, true},
		{"a dot is a dot", "a.b", "axb", false},
		{"any lines", "a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"no lines", "a\n…\nd\n", "a\nd\n", true},
		{"space at the end", "a\nb", "a  \nb\n\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := shows(c.expected, c.got); got != c.want {
				t.Errorf("shows(%q, %q) is %v", c.expected, c.got, got)
			}
		})
	}
}

func TestAPageWithABlockThatCannotBeRunIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"```\nls\n```\n", "```console\n$ ls\n```\n", "```sh\nls\n"} {
		if blocks, err := parse("page.md", text); err == nil {
			t.Errorf("%q is taken apart into %+v", text, blocks)
		}
	}
}
