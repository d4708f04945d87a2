package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestOperatorScripts runs the operator's commands as a shell would, on an embedded database of their own. Time is
// the machine's; nothing listens.
func TestOperatorScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "operate"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"twinseal": runOperator,
		},
	})
}

// runOperator runs the program inside the test, in the script's directory.
func runOperator(ts *testscript.TestScript, neg bool, args []string) {
	cmd := rootCommand()
	cmd.SetArgs(append(args, "--data", ts.MkAbs("data")))
	cmd.SetOut(ts.Stdout())
	cmd.SetErr(ts.Stderr())
	err := cmd.Execute()
	if err != nil {
		_, _ = ts.Stderr().Write([]byte(err.Error() + "\n")) // a buffer of the script
	}
	if (err != nil) != neg {
		ts.Fatalf("twinseal %v: error = %v", args, err)
	}
}
