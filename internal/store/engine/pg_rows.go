package engine

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// pgRows keeps the rows of one call until the next one, copied out of the
// connection's buffer, so that the function reads them on its own goroutine.
type pgRows struct {
	data  []byte
	cells []pgCell
	oids  []uint32 // types of the columns
	count int
	row   int // the one that Scan reads
}

// pgCell is one value in data. A negative size is NULL.
type pgCell struct{ start, size int }

func (r *pgRows) reset() {
	r.data, r.cells, r.count, r.row = r.data[:0], r.cells[:0], 0, 0
}

// add copies a row.
func (r *pgRows) add(values [][]byte) {
	size := 0
	for _, v := range values {
		size += len(v)
	}
	r.cells, r.data = slices.Grow(r.cells, len(values)), slices.Grow(r.data, size)
	for _, v := range values {
		cell := pgCell{len(r.data), len(v)}
		if v == nil {
			cell.size = -1
		}
		r.cells = append(r.cells, cell)
		r.data = append(r.data, v...)
	}
	r.count++
}

// Scan implements Row.
func (r *pgRows) Scan(dest ...any) error {
	if len(dest) != len(r.oids) {
		return fmt.Errorf("%d destinations for %d columns", len(dest), len(r.oids))
	}
	for i, d := range dest {
		if err := r.column(i, d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *pgRows) column(i int, dest any) error {
	cell, oid := r.cells[r.row*len(r.oids)+i], r.oids[i]
	if cell.size < 0 {
		return setNull(dest)
	}
	value := r.data[cell.start : cell.start+cell.size]
	ok := false
	switch d := inner(dest).(type) {
	case *string:
		if ok = pgFormat(oid) == pgText; ok {
			replaceText(d, value)
		}
	case *[]byte:
		if ok = oid == pgtype.ByteaOID || pgFormat(oid) == pgText; ok {
			*d = append([]byte{}, value...)
		}
	case *int64:
		*d, ok = pgInt(oid, value)
	case *int:
		var n int64
		n, ok = pgInt(oid, value)
		*d = int(n)
	case *bool:
		var n int64
		if oid == pgtype.BoolOID {
			n, ok = int64(value[0]), true
		} else {
			n, ok = pgInt(oid, value)
		}
		*d = n != 0
	case *float64:
		*d, ok = pgFloat(oid, value)
	}
	if !ok {
		return fmt.Errorf("the PostgreSQL type %d does not fit into %T", oid, dest)
	}
	return nil
}

// pgInt reads a whole number, also a numeric without fraction, which is what
// sum makes of bigint.
func pgInt(oid uint32, value []byte) (int64, bool) {
	switch oid {
	case pgtype.Int8OID:
		return int64(binary.BigEndian.Uint64(value)), true
	case pgtype.Int4OID:
		return int64(int32(binary.BigEndian.Uint32(value))), true
	case pgtype.Int2OID:
		return int64(int16(binary.BigEndian.Uint16(value))), true
	case pgtype.NumericOID:
		n, err := strconv.ParseInt(string(value), 10, 64)
		return n, err == nil
	}
	return 0, false
}

func pgFloat(oid uint32, value []byte) (float64, bool) {
	switch oid {
	case pgtype.Float8OID:
		return math.Float64frombits(binary.BigEndian.Uint64(value)), true
	case pgtype.Float4OID:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(value))), true
	case pgtype.NumericOID:
		f, err := strconv.ParseFloat(string(value), 64)
		return f, err == nil
	}
	n, ok := pgInt(oid, value)
	return float64(n), ok
}
