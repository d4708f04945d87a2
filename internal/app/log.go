package app

import (
	"fmt"
	"io"
	"log/slog"
)

// newLog writes structured lines: text for people at a terminal, json for collectors.
func newLog(w io.Writer, format, level string) (*slog.Logger, error) {
	var at slog.Level
	if level == "" {
		level = "info"
	}
	if err := at.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log_level %q is not debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: at}
	switch format {
	case "", "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log_format %q is not text or json", format)
}
