package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

// defaultReplayDays is how far back decisions are looked at where nothing is said: a month has all kinds of days.
const defaultReplayDays = 30

func replayRulesCommand() *cobra.Command {
	var f rulesFlags
	days := defaultReplayDays
	c := &cobra.Command{
		Use:   "replay [FILE]",
		Short: "Show who would be treated differently by changed rules",
		Long: `Makes decisions again that were recorded, by the rules of a file, and shows which of them would have come out
differently. Nothing is changed, and nobody notices.

Facts that were not recorded then are not known to a rule now: what it asked for in vain is counted. Without a file the
decisions are made again by the rules that are in force.`,
		Args: atMostOneFile,
		RunE: func(c *cobra.Command, args []string) error {
			if days < 1 {
				return errors.New("--days is 1 or more")
			}
			return f.with(c, args, func(ctx context.Context, b *app.RuleBench) error {
				to := time.Now().UTC()
				of := app.ReplayOf{Action: f.action, From: to.AddDate(0, 0, -days), To: to}
				bar := newBar(c.ErrOrStderr(), of.From, to)
				if bar != nil {
					of.Progress = bar.show
				}
				report, err := b.Replay(ctx, of)
				bar.end()
				if err != nil {
					return err
				}
				return printReplay(c, report, f.asJSON)
			})
		},
	}
	f.add(c)
	f.addAction(c)
	c.Flags().IntVar(&days, "days", defaultReplayDays, "how many `DAYS` to go back")
	return c
}

// bar shows on a terminal how far a replay has come. How many decisions there are nobody counted, so that it goes by
// their time.
type bar struct {
	out       io.Writer
	from, to  time.Time
	began     time.Time
	lastShown time.Time
}

const (
	barWidth = 30
	barEvery = 100 * time.Millisecond
)

// newBar is nil where there is no terminal to show it on.
func newBar(out io.Writer, from, to time.Time) *bar {
	file, ok := out.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &bar{out: out, from: from, to: to, began: time.Now()}
}

// show draws the bar, no more often than eyes follow.
func (b *bar) show(done int, at time.Time) {
	now := time.Now()
	if now.Sub(b.lastShown) < barEvery {
		return
	}
	b.lastShown = now
	rate := float64(done) / max(now.Sub(b.began).Seconds(), barEvery.Seconds())
	_ = say(b.out, "\r%s %d decisions, %.0f a second ", drawBar(at.Sub(b.from), b.to.Sub(b.from)), done, rate) // a terminal that is gone
}

// drawBar is a bar with a part of it filled.
func drawBar(part, whole time.Duration) string {
	share := min(max(float64(part)/float64(max(whole, 1)), 0), 1)
	filled := int(share * barWidth)
	return fmt.Sprintf("[%s%s] %3.0f %%", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), share*100)
}

// end takes the bar away.
func (b *bar) end() {
	if b != nil {
		_ = say(b.out, "\r%s\r", strings.Repeat(" ", barWidth+50))
	}
}

func say(out io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(out, format, args...)
	return err
}
