package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	putMixed = &engine.Statement{
		SQL: `INSERT INTO mixed (id, t, i, b, f, x) VALUES (?, ?, ?, ?, ?, ?)`,
		Batch: `INSERT INTO mixed (id, t, i, b, f, x) SELECT v.id, v.t, v.i, v.b, v.f, v.x
			FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::double precision[], $6::bytea[]) AS v(id, t, i, b, f, x)`,
	}
	getMixed = &engine.Statement{
		SQL: `SELECT t, i, b, f, x FROM mixed WHERE id = ?`,
		Batch: `SELECT v.ord, m.t, m.i, m.b, m.f, m.x
			FROM unnest($1::text[]) WITH ORDINALITY AS v(id, ord) JOIN mixed m ON m.id = v.id`,
	}
)

// mixed is one row of all types.
type mixed struct {
	t *string
	i *int64
	b *bool
	f *float64
	x []byte
}

func (m *mixed) scan(r engine.Row) error { return r.Scan(&m.t, &m.i, &m.b, &m.f, &m.x) }

func (m mixed) String() string {
	show := func(v any) string {
		switch v := v.(type) {
		case *string:
			if v != nil {
				return fmt.Sprintf("%q", *v)
			}
		case *int64:
			if v != nil {
				return fmt.Sprint(*v)
			}
		case *bool:
			if v != nil {
				return fmt.Sprint(*v)
			}
		case *float64:
			if v != nil {
				return fmt.Sprint(*v)
			}
		}
		return "NULL"
	}
	x := "NULL"
	if m.x != nil {
		x = fmt.Sprintf("%x", m.x)
	}
	return strings.Join([]string{show(m.t), show(m.i), show(m.b), show(m.f), x}, " ")
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	text, number := "grüße", int64(-5)
	big := strings.Repeat("x", 100_000)
	rows := map[string][]any{
		`"a'b" 1 true 0.5 000102`:                    {"a'b", 1, true, 0.5, []byte{0, 1, 2}},
		`"" 0 false 0 `:                              {"", int64(0), false, 0.0, []byte{}},
		`NULL NULL NULL NULL NULL`:                   {nil, nil, nil, nil, nil},
		`"grüße" -5 NULL NULL NULL`:                  {&text, &number, nil, nil, []byte(nil)},
		`NULL NULL true 1e+300 ff`:                   {(*string)(nil), (*int64)(nil), true, 1e300, []byte{255}},
		`"max" 9223372036854775807 false -0.25 NULL`: {"max", int64(math.MaxInt64), false, -0.25, nil},
		`"` + big + `" -9223372036854775808 true 3 ` + fmt.Sprintf("%x", big): {big, int64(math.MinInt64), true, 3.0, []byte(big)},
	}
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		// Once in a group, where PostgreSQL sees a Batch, and once alone.
		var writes []func(engine.WriteTx) error
		for want, args := range rows {
			id := fmt.Sprint("group ", len(writes))
			writes = append(writes, func(tx engine.WriteTx) error {
				if _, err := tx.Exec(putMixed, append([]any{id}, args...)...); err != nil {
					return err
				}
				var got mixed
				if err := tx.Query(getMixed, got.scan, id); err != nil || got.String() != want {
					return fmt.Errorf("in the group: %.80s, want %.80s, %w", got, want, err)
				}
				return nil
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		for want, args := range rows {
			id := fmt.Sprintf("alone %.20s", want)
			exec(t, e, putMixed, append([]any{id}, args...)...)
			var got mixed
			err := e.Read(t.Context(), func(tx engine.Tx) error { return tx.Query(getMixed, got.scan, id) })
			if err != nil || got.String() != want {
				t.Errorf("%.80s, want %.80s, %v", got, want, err)
			}
		}
	})
}

// named is what callers convert before they pass it.
type named string

func TestWrongArgumentsAndDestinationsAreErrors(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMixed, "a", "text", 1, true, 0.5, []byte("x"))
		exec(t, e, putMixed, "n", nil, nil, nil, nil, nil)
		var s, s2 string
		var i, i2 int64
		var b bool
		var f float64
		var x []byte
		var any1 any
		reads := map[string]struct {
			id   any
			dest []any
		}{
			"named argument":     {named("a"), []any{&s, &i, &b, &f, &x}},
			"few destinations":   {"a", []any{&s, &i}},
			"number into text":   {"a", []any{&s, &s2, &b, &f, &x}},
			"text into number":   {"a", []any{&i2, &i, &b, &f, &x}},
			"fraction into int":  {"a", []any{&s, &i, &b, &i2, &x}},
			"unknown type":       {"a", []any{&any1, &i, &b, &f, &x}},
			"NULL into a string": {"n", []any{&s, &i, &b, &f, &x}},
		}
		for name, r := range reads {
			err := e.Read(t.Context(), func(tx engine.Tx) error {
				return tx.Query(getMixed, func(row engine.Row) error { return row.Scan(r.dest...) }, r.id)
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		for name, args := range map[string][]any{"too few": {"b"}, "too many": {"b", 1, 2}, "wrong type": {"b", struct{}{}}} {
			err := e.Write(context.Background(), func(tx engine.WriteTx) error {
				_, err := tx.Exec(putCounter, args...)
				return err
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestSumIsANumberOnBoth(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", math.MaxInt32)
		exec(t, e, putCounter, "b", math.MaxInt32)
		if n := number(t, e, sumCounter); n != 2*math.MaxInt32 {
			t.Errorf("sum %d", n)
		}
	})
}

func TestTextThatPostgresCannotHoldIsRefusedByBoth(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		bad := "nul\x00"
		var writes []func(engine.WriteTx) error
		for i, id := range []any{"good", bad, "\xff", &bad} {
			writes = append(writes, func(tx engine.WriteTx) error {
				_, err := tx.Exec(putCounter, id, i)
				return err
			})
		}
		for i, err := range together(t, e, writes...) {
			if (i > 0) != errors.Is(err, engine.ErrText) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}
