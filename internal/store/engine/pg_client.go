package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// pgClient is one connection and what it has prepared. It is used by one
// goroutine at a time.
type pgClient struct {
	conn     *pgconn.PgConn
	prepared map[*Statement]*pgStatement
	params   pgParams
	begin    *pgPrepared
	commit   *pgPrepared
}

// pgStatement is what a connection knows about a Statement.
type pgStatement struct {
	text text
	one  *pgPrepared
	many *pgPrepared // the Batch, from its first use
	bad  error       // why the Batch cannot be used
	// unsure tells that the Batch must be counted before it is committed.
	unsure bool
}

// pgPrepared is one prepared text.
type pgPrepared struct {
	description *pgconn.StatementDescription
	params      []int16  // formats of the arguments
	results     []int16  // formats of the columns
	oids        []uint32 // types of the columns
}

// pgCall is one statement that one function asked for.
type pgCall struct {
	st       *Statement
	args     []any
	tx       *pgTx
	affected int64
	rows     pgRows
	last     bool // no other follows in the function
	place    int  // among the calls that the function left for later
}

// key is the value of the argument that Statement.Key names.
func (c *pgCall) key() string { return c.keyAt(c.st.Key) }

// keys are all values that no other call of the Batch may have: of several those that are not empty.
func (c *pgCall) keys() []string {
	if c.st.Keys < 2 {
		return []string{c.key()}
	}
	all := make([]string, 0, c.st.Keys)
	for at := c.st.Key; at < c.st.Key+c.st.Keys; at++ {
		if k := c.keyAt(at); k != "" {
			all = append(all, k)
		}
	}
	return all
}

// keyAt is the value of an argument, by its number from 1, as text.
func (c *pgCall) keyAt(number int) string {
	if number < 1 || number > len(c.args) {
		return ""
	}
	switch v := plain(c.args[number-1]).(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case []byte:
		return string(v)
	}
	return ""
}

// connectTimeout bounds one attempt to connect. closeTimeout bounds the good
// bye, which nobody waits for long.
const (
	connectTimeout = 5 * time.Second
	closeTimeout   = time.Second
)

// pgConnect opens a connection for reading or for writing.
func pgConnect(ctx context.Context, config *pgconn.Config, session string) (*pgClient, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	c := &pgClient{conn: conn, prepared: map[*Statement]*pgStatement{}}
	if err := c.setUp(ctx, session); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// planByIndex keeps the planner from reading whole tables where it can go by an
// index. Statements are planned once, often while a table is new and small, and
// run for long after it has grown. Compiling plans never pays for short ones.
const planByIndex = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "

func (c *pgClient) setUp(ctx context.Context, session string) (err error) {
	if _, err := c.conn.Exec(ctx, planByIndex+session).ReadAll(); err != nil {
		return err
	}
	// Two groups that lock rows in opposite orders wait this long before one
	// of them is run again; the server's default is a second. Ordinary roles
	// may not set it, which does no harm.
	_, _ = c.conn.Exec(ctx, "SET deadlock_timeout = '100ms'").ReadAll()
	if c.begin, err = c.prepare(ctx, "begin", "BEGIN ISOLATION LEVEL READ COMMITTED"); err != nil {
		return err
	}
	c.commit, err = c.prepare(ctx, "commit", "COMMIT")
	return err
}

func (c *pgClient) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return c.conn.Close(ctx)
}

// lost tells that the connection cannot be used any more.
func (c *pgClient) lost() bool { return c.conn.IsClosed() }

// statement returns the prepared form for one call.
func (c *pgClient) statement(ctx context.Context, st *Statement) (*pgStatement, error) {
	if s := c.prepared[st]; s != nil {
		return s, nil
	}
	s := &pgStatement{text: parse(st)}
	one, err := c.prepare(ctx, "s"+strconv.Itoa(len(c.prepared)), s.text.postgres)
	if err != nil {
		return nil, err
	}
	s.one = one
	c.prepared[st] = s
	return s, nil
}

// batch prepares the form for many calls as well.
func (c *pgClient) batch(ctx context.Context, st *Statement) (*pgStatement, error) {
	s, err := c.statement(ctx, st)
	if err != nil || s.many != nil || st.Batch == "" {
		return s, err
	}
	if s.bad != nil {
		return nil, s.bad
	}
	many, err := c.prepare(ctx, s.one.description.Name+"m", st.Batch)
	if err != nil {
		return nil, err
	}
	if err := matches(s.one, many); err != nil {
		s.bad = fmt.Errorf("%w, in: %s", err, st.Batch)
		return nil, s.bad
	}
	s.many = many
	s.unsure = len(many.oids) == 0 && strings.Contains(strings.ToUpper(st.Batch), "ON CONFLICT")
	return s, nil
}

// matches compares the two forms of a statement.
func matches(one, many *pgPrepared) error {
	switch {
	case len(many.params) != len(one.params):
		return fmt.Errorf("the batch takes %d arguments instead of %d", len(many.params), len(one.params))
	case len(many.oids) == 0 && len(one.oids) == 0:
		return nil
	case len(many.oids) != len(one.oids)+1:
		return fmt.Errorf("the batch returns %d columns instead of v.ord and %d others", len(many.oids), len(one.oids))
	case many.oids[0] != pgtype.Int8OID:
		return errors.New("the first column of the batch is not v.ord")
	}
	return nil
}

func (c *pgClient) prepare(ctx context.Context, name, sql string) (*pgPrepared, error) {
	d, err := c.conn.Prepare(ctx, name, sql, nil)
	if err != nil {
		return nil, fmt.Errorf("%w, in: %s", pgFailure(err), sql)
	}
	p := &pgPrepared{description: d}
	for _, oid := range d.ParamOIDs {
		p.params = append(p.params, pgFormat(oid))
	}
	for _, field := range d.Fields {
		p.oids = append(p.oids, field.DataTypeOID)
		p.results = append(p.results, pgFormat(field.DataTypeOID))
	}
	return p, nil
}
