package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "See, test, replay and change the rules that decide actions",
		Long: `Works with the rules of an application: what becomes of the actions that its programs track. A changed set is
written into a file, tested and replayed against what was decided so far before it is put in force.

  twinseal rules list
  twinseal rules export --out rules.json
  twinseal rules test rules.json
  twinseal rules replay rules.json --days 30
  twinseal rules import rules.json

The server may run meanwhile; it sees the change within seconds.`,
	}
	c.AddCommand(listRulesCommand(), testRulesCommand(), replayRulesCommand(), exportRulesCommand(), importRulesCommand())
	return c
}

// rulesFlags are those that every command about rules has.
type rulesFlags struct {
	keysFlags

	application, action string
}

func (f *rulesFlags) add(c *cobra.Command) {
	f.keysFlags.add(c)
	c.Flags().StringVar(&f.application, "application", "", "whose: `NAME` or UUID (may be left out where there is only one)")
}

func (f *rulesFlags) addAction(c *cobra.Command) {
	c.Flags().StringVar(&f.action, "action", "", "only rules of this action: its `CODE`")
}

// with puts the application's rules on the bench, with the file that args name on top.
func (f *rulesFlags) with(c *cobra.Command, args []string, do func(context.Context, *app.RuleBench) error) error {
	file, err := readRules(c, args)
	if err != nil {
		return err
	}
	return withApp(c.Context(), &f.settings, func(ctx context.Context, a *app.App) error {
		application, err := a.FindRuled(ctx, f.application)
		if err != nil {
			return err
		}
		bench, err := a.Bench(ctx, application, file)
		if err != nil {
			return err
		}
		return do(ctx, bench)
	})
}

// readRules reads the file that is named; "-" is standard input, and none is nil.
func readRules(c *cobra.Command, args []string) ([]byte, error) {
	switch {
	case len(args) == 0:
		return nil, nil
	case args[0] == "-":
		return io.ReadAll(c.InOrStdin())
	}
	return os.ReadFile(args[0])
}

// atMostOneFile are the arguments of commands that take a file or nothing.
func atMostOneFile(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return errors.New("give one file")
	}
	return nil
}

// oneFile are those of commands that need one.
func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("say which file: %q, where FILE was made by \"twinseal rules export\"", c.CommandPath()+" FILE")
	}
	return nil
}

func listRulesCommand() *cobra.Command {
	var f rulesFlags
	c := &cobra.Command{
		Use:   "list [FILE]",
		Short: "List rules in the order in which they are looked at",
		Long: `Lists rules by action and priority: the first that matches decides. Their conditions are shown in CEL; a fact that
is not known makes a comparison neither true nor false, and a rule over it does not match.

With a file it lists what the rules would be.`,
		Args: atMostOneFile,
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c, args, func(_ context.Context, b *app.RuleBench) error {
				return printRules(c, b.Rules(f.action), f.asJSON)
			})
		},
	}
	f.add(c)
	f.addAction(c)
	return c
}

func testRulesCommand() *cobra.Command {
	var f rulesFlags
	c := &cobra.Command{
		Use:   "test [FILE]",
		Short: "Run the tests that rules carry",
		Long: `Runs the tests that rules carry: facts, and whether the rule must match them.

  {"name": "Large sums", "type": "CHALLENGE", "priority": 0,
   "conditions": {"and": [{">": [{"var": "custom.amount"}, 1000]}]},
   "tests": [{"name": "small", "facts": {"custom.amount": 5}, "expect": false},
             {"name": "large", "facts": {"custom.amount": 5000}, "expect": true}]}

With a file it tests what the rules would be. It fails when a test does; a file with such a rule is not imported.`,
		Args: atMostOneFile,
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c, args, func(_ context.Context, b *app.RuleBench) error {
				results, err := b.Test(f.action)
				if err != nil {
					return err
				}
				return printTests(c, results, f.asJSON)
			})
		},
	}
	f.add(c)
	f.addAction(c)
	return c
}

func exportRulesCommand() *cobra.Command {
	var f rulesFlags
	var out string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write everything that decides actions into a file",
		Long: `Writes action configurations with their rules, value lists and custom data points as JSON, with the members of the
management API. "twinseal rules import" reads it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c, nil, func(_ context.Context, b *app.RuleBench) error {
				text, err := b.Export()
				if err != nil {
					return err
				}
				if out == "" || out == "-" {
					_, err = c.OutOrStdout().Write(text)
					return err
				}
				return os.WriteFile(out, text, rulesFileMode)
			})
		},
	}
	f.addDatabase(c)
	c.Flags().StringVar(&f.application, "application", "", "whose: `NAME` or UUID (may be left out where there is only one)")
	c.Flags().StringVar(&out, "out", "", "write to `FILE` (default standard output)")
	return c
}

// rulesFileMode keeps others from reading: value lists may name people.
const rulesFileMode = 0o600

func importRulesCommand() *cobra.Command {
	var f rulesFlags
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Put the rules of a file in force",
		Long: `Puts a file in force, all of it or nothing. Of every action that the file names, the configuration and all rules
become what the file says: rules are found by their id or name, and those that it leaves out are removed. Value lists
and data points that it names are added or changed; the rest stays.

"twinseal rules replay FILE" shows beforehand who would be treated differently.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c, args, func(ctx context.Context, b *app.RuleBench) error {
				did, err := b.Import(ctx)
				if err != nil {
					return err
				}
				return printImported(c, did, f.asJSON)
			})
		},
	}
	f.add(c)
	return c
}
