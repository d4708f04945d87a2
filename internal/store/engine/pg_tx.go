package engine

// pgTx runs the statements of one function, by handing each call to submit.
type pgTx struct {
	submit func(*pgTx) error
	call   pgCall
	r      *request  // nil for a Read
	err    error     // of the statement that failed
	inside bool      // rows are being read
	wrote  bool      // something was changed
	later  []*pgCall // to be carried out before the next call, or with the commit
	sealed bool      // the last call was carried out

	// Of a function that shares its transaction with others:
	group *pgGroup
	turn  chan struct{} // the call was carried out, or err is set
	held  []string      // in-group locks
}

// Exec implements Tx.
func (t *pgTx) Exec(st *Statement, args ...any) (int64, error) {
	if err := t.do(st, args); err != nil {
		return 0, err
	}
	return t.call.affected, nil
}

// Query implements Tx.
func (t *pgTx) Query(st *Statement, each func(Row) error, args ...any) error {
	if err := t.do(st, args); err != nil {
		return err
	}
	t.inside = true
	defer func() { t.inside = false }()
	rows := &t.call.rows
	for rows.row = 0; rows.row < rows.count; rows.row++ {
		if err := each(rows); err != nil {
			return err
		}
	}
	return nil
}

// Later implements WriteTx.
func (t *pgTx) Later(st *Statement, args ...any) error {
	if err := t.ready(args); err != nil {
		return err
	}
	t.later = append(t.later, &pgCall{st: st, args: args, tx: t, place: len(t.later)})
	return nil
}

// Last implements WriteTx.
func (t *pgTx) Last(st *Statement, args ...any) (int64, error) {
	t.call.last = true
	defer func() { t.call.last, t.sealed = false, true }()
	return t.Exec(st, args...)
}

// ready refuses what cannot be run now, or never.
func (t *pgTx) ready(args []any) error {
	switch {
	case t.err != nil:
	case t.sealed:
		return errAfterLast
	case t.inside:
		t.err = errInside
	default:
		t.err = valid(args)
	}
	return t.err
}

// do carries out one call.
func (t *pgTx) do(st *Statement, args []any) error {
	if err := t.ready(args); err != nil {
		return err
	}
	t.call.st, t.call.args, t.call.tx = st, args, t
	if err := t.submit(t); err != nil {
		t.err = err
	}
	t.call.args = nil
	return t.err
}

// AfterCommit implements WriteTx.
func (t *pgTx) AfterCommit(f func()) { t.r.after = append(t.r.after, f) }

// run runs the function of a Write.
func (t *pgTx) run(gone func()) error {
	t.r.reset()
	t.later, t.sealed = nil, false
	return guarded(func() error { return t.outcome(t.r.write(t)) }, gone)
}

// outcome is the error of the function, or else of the statement that failed.
func (t *pgTx) outcome(err error) error {
	if err != nil {
		return err
	}
	return t.err
}
