package engine

import (
	"strconv"
	"strings"
)

// text is what the engines need to know about a Statement.SQL.
type text struct {
	sqlite   string
	postgres string
	writes   bool // holds a data-modifying part
	locks    bool // takes row locks on PostgreSQL
}

// marks are the comments that mean something on PostgreSQL.
func mark(comment string) string {
	switch comment {
	case "/*lock*/":
		return "FOR NO KEY UPDATE"
	case "/*skip locked*/":
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// parse reads a statement word by word; quotes and comments are copied.
func parse(st *Statement) text {
	t := text{sqlite: st.SQL, locks: st.Lock, writes: true}
	var out strings.Builder
	words, placeholders := 0, 0
	for rest := st.SQL; rest != ""; {
		n := token(rest)
		piece := rest[:n]
		rest = rest[n:]
		switch {
		case strings.HasPrefix(piece, "/*"):
			if m := mark(piece); m != "" {
				t.locks = true
				piece = m
			}
		case piece == "?":
			placeholders++
			piece = "$" + strconv.Itoa(placeholders)
		case piece[0] == '?':
			piece = "$" + piece[1:]
		case isWord(piece[0]):
			t.writes = writes(strings.ToUpper(piece), words, t.writes)
			words++
		}
		out.WriteString(piece)
	}
	t.postgres = out.String()
	return t
}

// writes decides by the first word, and by any later one that changes data.
func writes(word string, position int, before bool) bool {
	if position == 0 {
		return word != "SELECT" && word != "WITH" && word != "VALUES"
	}
	return before || word == "INSERT" || word == "UPDATE" || word == "DELETE"
}

// token returns the length of the first token of a text that is not empty: a
// quoted string or name, a comment, a placeholder, a word or one byte.
func token(s string) int {
	switch {
	case s[0] == '\'' || s[0] == '"':
		return closed(s, 1, s[:1])
	case strings.HasPrefix(s, "--"):
		return closed(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return closed(s, 2, "*/")
	case s[0] == '?' || isWord(s[0]):
		n := 1
		for n < len(s) && isWord(s[n]) {
			n++
		}
		return n
	}
	return 1
}

// closed returns the length up to and including the closing text.
func closed(s string, from int, end string) int {
	i := strings.Index(s[from:], end)
	if i < 0 {
		return len(s)
	}
	return from + i + len(end)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
