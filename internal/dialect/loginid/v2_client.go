package loginid

import (
	"context"
	"net/http"
	"runtime/debug"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// v2Version tells which protocol is spoken, and the revision of the server.
func (d *Dialect) v2Version(context.Context, *v2Call) (endpoint.Response, error) {
	return endpoint.JSON(http.StatusOK, struct {
		Version string `json:"version"`
		Hash    string `json:"hash"`
	}{"2.0", revision()})
}

// revision is that of the source the server was built from, "" where the build does not say.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}

// v2SubmitEvent takes what clients tell about themselves, which is not kept. It never refuses: they do not look after
// a failure.
func (d *Dialect) v2SubmitEvent(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	session := v2Bearer(c.request.Header.Get("Authorization"))
	if session == "" || len(session) > v2MaxSession {
		var err error
		if session, err = d.v2.sealer.seal(ctx, v2Session{Step: v2StepEvents}); err != nil {
			return endpoint.Response{}, err
		}
	}
	return endpoint.JSON(http.StatusOK, struct {
		Session string `json:"session"`
	}{session})
}
