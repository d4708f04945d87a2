package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// bareArgument makes this program the bare server.
const bareArgument = "bare-server"

// bareAnswer is about as large as the answer of a token check.
type bareAnswer struct {
	Message string `json:"message"`
	Token   string `json:"token"`
	Success string `json:"success"`
	Device  struct {
		City    *string `json:"city"`
		Country *string `json:"country"`
		IP      string  `json:"ip"`
		OS      string  `json:"os_type"`
		ID      int64   `json:"id"`
		Since   int64   `json:"registration_date"`
	} `json:"device"`
}

func newBareAnswer() bareAnswer {
	answer := bareAnswer{Message: "Token is valid.", Token: "is valid", Success: "true"}
	answer.Device.IP, answer.Device.OS, answer.Device.ID, answer.Device.Since = "127.0.0.1", "android", 83372911, 1490996931
	return answer
}

// serveBare answers every request with 200 bytes of JSON and does nothing else: the yardstick.
func serveBare(address string) error {
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(newBareAnswer())
	})}
	return server.ListenAndServe()
}

// startSelf starts this program as one of the servers it measures by.
func startSelf(ctx context.Context, what string, more ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startProcess(ctx, exec.CommandContext(ctx, self, append([]string{what, address}, more...)...), address, "/")
}
