package endpoint

import "github.com/twinseal/twinseal/internal/mfa"

// Catalogue joins the domain's errors to a dialect's own: entries of a kind that
// the dialect chooses, for operations that it names. The first row that matches
// counts, so what is special stands before what is general.
type Catalogue[Op comparable, Entry any] []Row[Op, Entry]

// Row is one line of a [Catalogue]. Zero fields beside Is match everything.
type Row[Op comparable, Entry any] struct {
	Op     Op
	Code   mfa.Code
	Reason mfa.Reason
	Field  string
	Is     Entry
}

// Entry is what the error is in an operation of the dialect, or otherwise if no row
// knows it.
func (c Catalogue[Op, Entry]) Entry(op Op, e *mfa.Error, otherwise Entry) Entry {
	var every Op
	for i := range c {
		r := &c[i]
		if (r.Op == every || r.Op == op) && (r.Code == "" || r.Code == e.Code) &&
			(r.Reason == "" || r.Reason == e.Reason) && (r.Field == "" || r.Field == e.Field) {
			return r.Is
		}
	}
	return otherwise
}
