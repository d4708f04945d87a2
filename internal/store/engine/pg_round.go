package engine

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// pgItem is one statement of a round: for one call, or the Batch for many.
type pgItem struct {
	st    *pgStatement
	calls []*pgCall
}

// pgFault is a round that failed, and the calls that may be the reason. None
// are named when the connection failed.
type pgFault struct {
	err   error
	calls []*pgCall
	// unknown tells that COMMIT may have reached the server, and the answer was
	// lost.
	unknown bool
}

// suspects are those whose calls may be the reason.
func (f *pgFault) suspects() (all []*request) {
	for _, c := range f.calls {
		all = append(all, c.tx.r)
	}
	return all
}

// outcome is what those are told who are not to blame, or errAgain.
func (f *pgFault) outcome() error {
	if f.unknown {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, f.err)
	}
	return errAgain{f.err}
}

// errCount sends the calls of a Batch without result columns back to be run one
// by one.
var errCount = errors.New("the batch did not change one row for each call")

// pgTrip is what one round trip carries: calls that nobody waits for, then the
// others, between BEGIN and COMMIT if asked for.
type pgTrip struct {
	begin, commit bool
	later, calls  []*pgCall
}

// exchange carries out a trip. It sorts the calls.
func (c *pgClient) exchange(ctx context.Context, trip pgTrip) *pgFault {
	items, fault := c.items(ctx, trip.later)
	if fault != nil {
		return fault
	}
	rest, fault := c.items(ctx, trip.calls)
	if fault != nil {
		return fault
	}
	items = append(items, rest...)
	batch := &pgconn.Batch{}
	if trip.begin {
		batch.ExecStatement(c.begin.description, nil, nil, nil)
	}
	for _, item := range items {
		if trip.commit && len(item.calls) > 1 && item.st.unsure {
			return &pgFault{err: errCount, calls: item.calls}
		}
		if err := c.add(batch, item); err != nil {
			return &pgFault{err: err, calls: item.calls}
		}
	}
	if trip.commit {
		batch.ExecStatement(c.commit.description, nil, nil, nil)
	}
	return c.receive(c.conn.ExecBatch(ctx, batch), trip, items)
}

// items makes the plan of a round and prepares what is not prepared yet. Calls
// of one statement are sorted by key and statements by text, so that all
// transactions everywhere lock rows in one order; what one function left for
// later keeps the order in which it was left.
func (c *pgClient) items(ctx context.Context, calls []*pgCall) ([]pgItem, *pgFault) {
	slices.SortStableFunc(calls, func(a, b *pgCall) int {
		if a.place != b.place || a.st == b.st {
			return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.key(), b.key()))
		}
		return cmp.Compare(a.st.SQL, b.st.SQL)
	})
	items := make([]pgItem, 0, len(calls))
	for len(calls) > 0 {
		st := calls[0].st
		n := 1
		for n < len(calls) && calls[n].st == st && calls[n].place == calls[0].place && st.Batch != "" {
			n++
		}
		prepare := c.statement
		if n > 1 {
			prepare = c.batch
		}
		s, err := prepare(ctx, st)
		if err != nil {
			return nil, &pgFault{err: err, calls: calls[:n]}
		}
		items = append(items, pgItem{s, calls[:n]})
		calls = calls[n:]
	}
	return items, nil
}

// add appends an item to the batch, which copies it.
func (c *pgClient) add(batch *pgconn.Batch, item pgItem) error {
	prepared := item.form()
	types := prepared.description.ParamOIDs
	c.params.reset()
	for _, call := range item.calls {
		if len(call.args) != len(types) {
			return fmt.Errorf("%d arguments for %d placeholders in: %s", len(call.args), len(types), call.st.SQL)
		}
	}
	for i, oid := range types {
		var err error
		if len(item.calls) > 1 {
			err = c.params.many(oid, item.calls, i)
		} else {
			err = c.params.one(oid, item.calls[0].args[i])
		}
		if err != nil {
			return fmt.Errorf("argument %d: %w, in: %s", i+1, err, item.calls[0].st.SQL)
		}
	}
	batch.ExecStatement(prepared.description, c.params.slices(), prepared.params, prepared.results)
	return nil
}

func (i pgItem) form() *pgPrepared {
	if len(i.calls) > 1 {
		return i.st.many
	}
	return i.st.one
}

// errShort is what a server deserves that leaves out answers.
var errShort = errors.New("the server answered fewer statements than it was sent")

// receive reads the results of a trip in the order of its items.
func (c *pgClient) receive(results *pgconn.MultiResultReader, trip pgTrip, items []pgItem) *pgFault {
	begun, done, ended := !trip.begin, 0, !trip.commit
	var broken error
	for broken == nil && (done < len(items) || !ended) && results.NextResult() {
		switch reader := results.ResultReader(); {
		case !begun:
			begun = true
			_, broken = reader.Close()
		case done < len(items):
			if broken = items[done].read(reader); broken == nil {
				done++
			}
		default:
			ended = true
			broken = committed(reader)
		}
	}
	err := results.Close()
	switch {
	case err != nil: // the server's own, which broken may only repeat
	case broken != nil:
		err = broken
	case done < len(items) || !ended:
		err = errShort
	default:
		return nil
	}
	fault := &pgFault{err: pgFailure(err)}
	if !c.lost() && done < len(items) {
		fault.calls = items[done].calls
	}
	return fault
}

// committed reads the answer to COMMIT: a transaction that failed is rolled
// back by it, without an error.
func committed(reader *pgconn.ResultReader) error {
	tag, err := reader.Close()
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the server answered COMMIT with %s", tag)
	}
	return err
}

// read hands the rows of an item to its calls.
func (i pgItem) read(reader *pgconn.ResultReader) error {
	many := len(i.calls) > 1
	for _, call := range i.calls {
		call.begin(i.form(), many)
	}
	for reader.NextRow() {
		values, call := reader.Values(), i.calls[0]
		if many {
			ord := ordinal(values[0])
			if ord < 1 || ord > len(i.calls) {
				return fmt.Errorf("a row without a valid v.ord, in: %s", call.st.Batch)
			}
			call, values = i.calls[ord-1], values[1:]
		}
		call.rows.add(values)
	}
	tag, err := reader.Close()
	if err != nil {
		return err
	}
	switch {
	case !many:
		i.calls[0].finish(i.st, tag.RowsAffected())
		return nil
	case len(i.form().oids) == 0 && tag.RowsAffected() != int64(len(i.calls)):
		return errCount
	}
	for _, call := range i.calls {
		n := int64(call.rows.count)
		if len(i.form().oids) == 0 {
			n = 1
		}
		call.finish(i.st, n)
	}
	return nil
}

// ordinal reads a bigint; NULL is 0.
func ordinal(value []byte) int {
	if len(value) != 8 {
		return 0
	}
	return int(binary.BigEndian.Uint64(value))
}

// begin forgets the results of the call before.
func (c *pgCall) begin(form *pgPrepared, many bool) {
	c.rows.reset()
	c.rows.oids = form.oids
	if many && len(form.oids) > 0 {
		c.rows.oids = form.oids[1:]
	}
}

// finish notes what the call changed.
func (c *pgCall) finish(s *pgStatement, rows int64) {
	c.affected = 0
	if s.text.writes {
		c.affected = rows
		c.tx.wrote = c.tx.wrote || rows > 0
	}
}
