package engine

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// Formats of values on the wire.
const (
	pgText   int16 = 0
	pgBinary int16 = 1
)

// pgFormat is the format used for a type: binary where it is the shorter and
// quicker one, else text, in which every type can be had.
func pgFormat(oid uint32) int16 {
	switch oid {
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.BoolOID,
		pgtype.Float8OID, pgtype.Float4OID, pgtype.ByteaOID:
		return pgBinary
	}
	if pgElement(oid) != 0 {
		return pgBinary
	}
	return pgText
}

// pgElement is the element type of the array types that a Batch may use, 0 for
// all others.
func pgElement(oid uint32) uint32 {
	switch oid {
	case pgtype.Int8ArrayOID:
		return pgtype.Int8OID
	case pgtype.Int4ArrayOID:
		return pgtype.Int4OID
	case pgtype.TextArrayOID:
		return pgtype.TextOID
	case pgtype.VarcharArrayOID:
		return pgtype.VarcharOID
	case pgtype.BoolArrayOID:
		return pgtype.BoolOID
	case pgtype.ByteaArrayOID:
		return pgtype.ByteaOID
	case pgtype.Float8ArrayOID:
		return pgtype.Float8OID
	}
	return 0
}

// pgAppend appends an argument, which is not NULL, as a value of a type.
func pgAppend(buf []byte, oid uint32, arg any) ([]byte, error) {
	switch v := arg.(type) {
	case int64:
		return pgAppendInt(buf, oid, v)
	case string:
		if pgFormat(oid) == pgText {
			return append(buf, v...), nil
		}
	case bool:
		if oid == pgtype.BoolOID {
			return append(buf, byte(bit(v))), nil
		}
	case []byte:
		if oid == pgtype.ByteaOID {
			return append(buf, v...), nil
		}
	case float64:
		return pgAppendFloat(buf, oid, v)
	}
	return buf, fmt.Errorf("%T is not supported for the PostgreSQL type %d", arg, oid)
}

func pgAppendInt(buf []byte, oid uint32, v int64) ([]byte, error) {
	switch oid {
	case pgtype.Int8OID:
		return binary.BigEndian.AppendUint64(buf, uint64(v)), nil
	case pgtype.Int4OID:
		if v == int64(int32(v)) {
			return binary.BigEndian.AppendUint32(buf, uint32(v)), nil
		}
	case pgtype.Int2OID:
		if v == int64(int16(v)) {
			return binary.BigEndian.AppendUint16(buf, uint16(v)), nil
		}
	case pgtype.Float8OID, pgtype.Float4OID:
		return pgAppendFloat(buf, oid, float64(v))
	default:
		if pgFormat(oid) == pgText {
			return strconv.AppendInt(buf, v, 10), nil
		}
	}
	return buf, fmt.Errorf("the number %d does not fit into the PostgreSQL type %d", v, oid)
}

func pgAppendFloat(buf []byte, oid uint32, v float64) ([]byte, error) {
	switch {
	case oid == pgtype.Float8OID:
		return binary.BigEndian.AppendUint64(buf, math.Float64bits(v)), nil
	case oid == pgtype.Float4OID:
		return binary.BigEndian.AppendUint32(buf, math.Float32bits(float32(v))), nil
	case pgFormat(oid) == pgText:
		return strconv.AppendFloat(buf, v, 'g', -1, 64), nil
	}
	return buf, fmt.Errorf("a fraction does not fit into the PostgreSQL type %d", oid)
}

// pgAppendArray appends one argument of many calls as an array.
func pgAppendArray(buf []byte, oid uint32, calls []*pgCall, arg int) ([]byte, error) {
	element := pgElement(oid)
	if element == 0 {
		return buf, fmt.Errorf("the PostgreSQL type %d is not an array that Batch can use", oid)
	}
	const dimensions, mayHoldNull, lowerBound = 1, 1, 1
	buf = binary.BigEndian.AppendUint32(buf, dimensions)
	buf = binary.BigEndian.AppendUint32(buf, mayHoldNull)
	buf = binary.BigEndian.AppendUint32(buf, element)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(calls)))
	buf = binary.BigEndian.AppendUint32(buf, lowerBound)
	for _, c := range calls {
		start := len(buf)
		buf = append(buf, 0xff, 0xff, 0xff, 0xff) // the length of NULL
		value := plain(c.args[arg])
		if value == nil {
			continue
		}
		var err error
		if buf, err = pgAppend(buf, element, value); err != nil {
			return buf, err
		}
		binary.BigEndian.PutUint32(buf[start:], uint32(len(buf)-start-4))
	}
	return buf, nil
}

// pgParams collects the arguments of one statement. Its memory is used again.
type pgParams struct {
	buf    []byte
	ends   []int // where each value ends in buf; -1 for NULL
	values [][]byte
}

func (p *pgParams) reset() { p.buf, p.ends, p.values = p.buf[:0], p.ends[:0], p.values[:0] }

// one adds a single argument.
func (p *pgParams) one(oid uint32, arg any) (err error) {
	value := plain(arg)
	if value == nil {
		p.ends = append(p.ends, -1)
		return nil
	}
	p.buf, err = pgAppend(p.buf, oid, value)
	p.ends = append(p.ends, len(p.buf))
	return err
}

// many adds one argument of many calls.
func (p *pgParams) many(oid uint32, calls []*pgCall, arg int) (err error) {
	p.buf, err = pgAppendArray(p.buf, oid, calls, arg)
	p.ends = append(p.ends, len(p.buf))
	return err
}

// slices cuts the buffer, once it has stopped growing, into the values.
func (p *pgParams) slices() [][]byte {
	start := 0
	for _, end := range p.ends {
		if end < 0 {
			p.values = append(p.values, nil)
			continue
		}
		p.values = append(p.values, p.buf[start:end:end])
		start = end
	}
	return p.values
}
