package loginid

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// credentialView is a credential as backends see it.
type credentialView struct {
	UUID      string   `json:"uuid"`
	Type      string   `json:"type"`
	Status    string   `json:"status"`
	Name      string   `json:"name"`
	CreatedAt wireTime `json:"created_at"`
	UpdatedAt wireTime `json:"updated_at"`
}

func viewOf(a mfa.Authenticator) credentialView {
	return credentialView{
		UUID: string(a.ID), Type: credentialType(a.Kind), Status: string(a.State), Name: a.Name,
		CreatedAt: wireTime(a.CreatedAt), UpdatedAt: wireTime(latest(a.CreatedAt, a.LastUsedAt)),
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// statuses are those that a list is asked for: one as a text, several as a list, all when nothing is said.
type statuses []string

// UnmarshalJSON reads either.
func (s *statuses) UnmarshalJSON(data []byte) error {
	*s = nil
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(s))
	}
	var one string
	if err := json.Unmarshal(data, &one); err != nil || one == "" {
		return err
	}
	*s = statuses{one}
	return nil
}

func (s statuses) take(status string) bool { return len(s) == 0 || slices.Contains(s, status) }

type listRequest struct {
	base
	userRef

	Status statuses `json:"status"`
}

type listAnswer struct {
	UserID      string           `json:"user_id"`
	Credentials []credentialView `json:"credentials"`
}

// credentialsOf lists a user's credentials for the clients that ask by the address.
func (d *Dialect) credentialsOf(ctx context.Context, c *call, _ *base) (endpoint.Response, error) {
	query := c.request.URL.Query()
	return d.listCredentials(ctx, c, &listRequest{userRef: userRef{UserID: query.Get("user_id"), Username: query.Get("username")}})
}

// listCredentials lists a user's credentials.
func (d *Dialect) listCredentials(ctx context.Context, c *call, in *listRequest) (endpoint.Response, error) {
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	_, held, err := d.accounts.Credentials(ctx, c.client, mfa.UserRef{ID: u.ID})
	if err != nil {
		return endpoint.Response{}, err
	}
	out := listAnswer{string(u.ID), make([]credentialView, 0, len(held))}
	for _, a := range held {
		if view := viewOf(a); in.Status.take(view.Status) {
			out.Credentials = append(out.Credentials, view)
		}
	}
	return endpoint.JSON(http.StatusOK, out)
}

type credentialRequest struct {
	base
	userRef

	Credential struct {
		UUID string `json:"uuid"`
		Name string `json:"name"`
	} `json:"credential"`
}

type oneAnswer struct {
	UserID     string         `json:"user_id"`
	Credential credentialView `json:"credential"`
}

// named reads which credential of whom a request is about.
func (d *Dialect) named(ctx context.Context, c *call, in *credentialRequest) (mfa.UserRef, mfa.AuthenticatorID, error) {
	if in.Credential.UUID == "" {
		return mfa.UserRef{}, "", missingParameter("credential.uuid")
	}
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return mfa.UserRef{}, "", err
	}
	id, err := mfa.ParseUUID("credential.uuid", in.Credential.UUID)
	if err != nil {
		err = refuse(failNoCredential, "the user has no such credential")
	}
	return mfa.UserRef{ID: u.ID}, mfa.AuthenticatorID(id), err
}

// renameCredential gives one of a user's credentials another name.
func (d *Dialect) renameCredential(ctx context.Context, c *call, in *credentialRequest) (endpoint.Response, error) {
	ref, id, err := d.named(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	return one(d.accounts.Rename(ctx, c.client, ref, id, in.Credential.Name, c.source()))
}

// revokeCredential ends the use of one of a user's credentials.
func (d *Dialect) revokeCredential(ctx context.Context, c *call, in *credentialRequest) (endpoint.Response, error) {
	ref, id, err := d.named(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	return one(d.accounts.Revoke(ctx, c.client, ref, id, c.source()))
}

func one(u mfa.User, a mfa.Authenticator, err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, oneAnswer{string(u.ID), viewOf(a)})
}

type recoveryRequest struct {
	base
	userRef
}

type recoveryAnswer struct {
	Code      string   `json:"code"`
	CreatedAt wireTime `json:"created_at"`
}

// makeRecoveryCode gives a user the words by which to add an authenticator when all are lost.
func (d *Dialect) makeRecoveryCode(ctx context.Context, c *call, in *recoveryRequest) (endpoint.Response, error) {
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.handoffs.Recovery(ctx, c.client, mfa.UserRef{ID: u.ID}, c.source())
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, recoveryAnswer{made.Code, wireTime(made.CreatedAt)})
}
