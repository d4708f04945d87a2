package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// errRecorded says that a record is not what it should be. It repeats nothing of it.
var errRecorded = errors.New("recorded facts are a JSON object of names and values")

// Load turns to recorded facts: a JSON object that holds each under its whole name, such as
// {"ip.isAnonymous":false,"custom.amount":250}. Only what the scope's programs ask for is read; what the record does
// not hold is asked of the facts that k was made with.
func (k *Known) Load(record []byte) error {
	clear(k.asked)
	s := scanner{rest: record}
	if !s.take('{') {
		return errRecorded
	}
	if s.take('}') {
		return s.end()
	}
	for {
		name, ok := s.text()
		if !ok || !s.take(':') {
			return errRecorded
		}
		fact, ok := s.value()
		if !ok {
			return errRecorded
		}
		if slot, wanted := k.scope.slotNamed(name); wanted {
			if err := k.learn(slot, fact); err != nil {
				return err
			}
		}
		if s.take(',') {
			continue
		}
		if !s.take('}') {
			return errRecorded
		}
		return s.end()
	}
}

// slotNamed looks up a name as it stands between quotes. Escapes occur in nearly none.
func (s *Scope) slotNamed(quoted []byte) (int, bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		slot, ok := s.slots[string(quoted[1:len(quoted)-1])]
		return slot, ok
	}
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return 0, false
	}
	slot, ok := s.slots[name]
	return slot, ok
}

// learn keeps one fact in its slot.
func (k *Known) learn(slot int, fact []byte) error {
	v, err := readFact(fact)
	if err != nil {
		return err
	}
	if !v.is(k.scope.kinds[slot]) {
		v = value{}
	}
	k.values[slot], k.asked[slot] = v, true
	return nil
}

// readFact reads one value. The plain ones, which are nearly all, are read without the general decoder.
func readFact(fact []byte) (value, error) {
	switch c := fact[0]; {
	case c == '"' && bytes.IndexByte(fact, '\\') < 0:
		return text(string(fact[1 : len(fact)-1])), nil
	case c == 't' && string(fact) == "true":
		return truth(true), nil
	case c == 'f' && string(fact) == "false":
		return truth(false), nil
	case c == '-' || c >= '0' && c <= '9':
		if n, err := strconv.ParseFloat(string(fact), 64); err == nil {
			return number(n), nil
		}
	}
	var any any
	if err := json.Unmarshal(fact, &any); err != nil {
		return value{}, errRecorded
	}
	return valueOf(any), nil
}

// scanner goes through a JSON object that this server wrote, and takes its values apart without reading them. What it
// lets pass beyond JSON is never asked for, or refused when it is read.
type scanner struct{ rest []byte }

func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\t' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) end() error {
	s.space()
	if len(s.rest) > 0 {
		return errRecorded
	}
	return nil
}

// text takes a string with its quotes.
func (s *scanner) text() ([]byte, bool) {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != '"' {
		return nil, false
	}
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			out := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			return out, true
		}
	}
	return nil, false
}

// value takes any value.
func (s *scanner) value() ([]byte, bool) {
	s.space()
	if len(s.rest) == 0 {
		return nil, false
	}
	switch s.rest[0] {
	case '"':
		return s.text()
	case '{', '[':
		return s.nested()
	}
	for i, c := range s.rest {
		if c == ',' || c == '}' || c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			out := s.rest[:i]
			s.rest = s.rest[i:]
			return out, i > 0
		}
	}
	return nil, false
}

// nested takes an object or list, by counting brackets outside of strings.
func (s *scanner) nested() ([]byte, bool) {
	whole, depth := s.rest, 0
	for len(s.rest) > 0 {
		switch s.rest[0] {
		case '"':
			if _, ok := s.text(); !ok {
				return nil, false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.rest = s.rest[1:]
		if depth == 0 {
			return whole[:len(whole)-len(s.rest)], true
		}
	}
	return nil, false
}
