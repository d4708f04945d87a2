package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/api"
)

// Sessions lists the applications where the person is logged in, oldest
// session first.
func (d *Device) Sessions(ctx context.Context) ([]api.Session, error) {
	var list api.SessionList
	err := d.call(ctx, http.MethodGet, api.PathSessions, nil, &list)
	return list.Sessions, err
}

// EndSession logs the person out; the server tells the application.
func (d *Device) EndSession(ctx context.Context, id string) error {
	return d.call(ctx, http.MethodDelete, api.PathSessions+"/"+url.PathEscape(id), nil, nil)
}
