package engine

// pgTx runs the statements of one function, by handing each call to submit.
type pgTx struct {
	submit func(*pgTx) error
	call   pgCall
	r      *request // nil for a Read
	err    error    // of the statement that failed
	inside bool     // rows are being read
	wrote  bool     // something was changed

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

// do carries out one call.
func (t *pgTx) do(st *Statement, args []any) error {
	if t.err == nil && t.inside {
		t.err = errInside
	}
	if t.err == nil {
		t.err = valid(args)
	}
	if t.err != nil {
		return t.err
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
	return guarded(func() error { return t.outcome(t.r.write(t)) }, gone)
}

// outcome is the error of the function, or else of the statement that failed.
func (t *pgTx) outcome(err error) error {
	if err != nil {
		return err
	}
	return t.err
}
