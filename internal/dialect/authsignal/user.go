package authsignal

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// userView is a user as the server's API shows it. Texts that nobody told are left out.
type userView struct {
	UserID                      string          `json:"userId"`
	IsEnrolled                  bool            `json:"isEnrolled"`
	Email                       string          `json:"email,omitempty"`
	EmailVerified               bool            `json:"emailVerified"`
	PhoneNumber                 string          `json:"phoneNumber,omitempty"`
	PhoneNumberVerified         bool            `json:"phoneNumberVerified"`
	Username                    string          `json:"username,omitempty"`
	DisplayName                 string          `json:"displayName,omitempty"`
	Locale                      string          `json:"locale,omitempty"`
	Custom                      json.RawMessage `json:"custom,omitempty"`
	AllowedVerificationMethods  []string        `json:"allowedVerificationMethods,omitempty"`
	EnrolledVerificationMethods []string        `json:"enrolledVerificationMethods"`
	DefaultVerificationMethod   string          `json:"defaultVerificationMethod,omitempty"`
	CreatedAt                   *wireTime       `json:"createdAt,omitempty"`
}

func userViewOf(c *mfa.Caller, alias string, p people.Person) userView {
	enrolled := usable(c, p.Entries)
	told := &p.Profile
	return userView{
		UserID: alias, IsEnrolled: len(enrolled) > 0, Email: told.Email, EmailVerified: told.EmailVerified, PhoneNumber: told.Phone,
		PhoneNumberVerified: told.PhoneVerified, Username: told.Username, DisplayName: told.DisplayName, Locale: told.Locale,
		Custom: object(told.Custom), AllowedVerificationMethods: safeMethods(c.Application.ActiveMethods()),
		EnrolledVerificationMethods: safeMethods(enrolled), DefaultVerificationMethod: safeMethod(told.DefaultMethod),
		CreatedAt: since(p.User.CreatedAt),
	}
}

// usable are the methods by which somebody can prove themselves now.
func usable(c *mfa.Caller, entries []people.Entry) []mfa.Method {
	held := make([]mfa.Authenticator, len(entries))
	for i := range entries {
		held[i] = entries[i].Authenticator
	}
	return people.Methods(c, held)
}

// getUser shows a user. Nobody of that id is somebody who has enrolled nothing yet.
func (d *Dialect) getUser(ctx context.Context, c *call) (endpoint.Response, error) {
	found, err := d.people.Find(ctx, c.caller, c.values[0])
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return endpoint.Response{}, err
	}
	return ok(userViewOf(c.caller, c.values[0], found))
}

// userChange is what is told of a user. What is left out, or null, stays as it is.
type userChange struct {
	Email                     *string         `json:"email"`
	EmailVerified             *bool           `json:"emailVerified"`
	PhoneNumber               *string         `json:"phoneNumber"`
	PhoneNumberVerified       *bool           `json:"phoneNumberVerified"`
	Username                  *string         `json:"username"`
	DisplayName               *string         `json:"displayName"`
	Locale                    *string         `json:"locale"`
	Custom                    json.RawMessage `json:"custom"`
	DefaultVerificationMethod *string         `json:"defaultVerificationMethod"`
}

// updateUser tells of a user, who is made where there is none.
func (d *Dialect) updateUser(ctx context.Context, c *call, in *userChange) (endpoint.Response, error) {
	change := people.Change{
		Email: in.Email, EmailVerified: in.EmailVerified, Phone: in.PhoneNumber, PhoneVerified: in.PhoneNumberVerified,
		Username: in.Username, DisplayName: in.DisplayName, Locale: in.Locale, Custom: object(in.Custom),
	}
	if in.DefaultVerificationMethod != nil {
		m, err := readMethod(*in.DefaultVerificationMethod)
		if err != nil {
			return endpoint.Response{}, err
		}
		change.DefaultMethod = &m
	}
	changed, err := d.people.Update(ctx, c.caller, c.values[0], change)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(userViewOf(c.caller, c.values[0], changed))
}

// deleteUser takes a user out. That there is nobody is no error.
func (d *Dialect) deleteUser(ctx context.Context, c *call) (endpoint.Response, error) {
	actions := c.request.URL.Query().Get("actions") == "true"
	if err := d.people.Delete(ctx, c.caller, c.values[0], actions, ""); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

type userList struct {
	Users               []userView `json:"users"`
	LastEvaluatedUserID string     `json:"lastEvaluatedUserId,omitempty"`
}

// queryUsers finds users by what was told of them, to the letter.
func (d *Dialect) queryUsers(ctx context.Context, c *call) (endpoint.Response, error) {
	query := c.request.URL.Query()
	if query.Get("token") != "" || query.Get("verificationToken") != "" {
		return endpoint.Response{}, refuse(failConfiguration, "No identity provider is configured whose tokens could be read.")
	}
	wanted := people.Query{After: query.Get("lastEvaluatedUserId")}
	by := map[mfa.ProfileField]string{
		mfa.ProfileUsername: query.Get("username"), mfa.ProfileEmail: query.Get("email"), mfa.ProfilePhone: query.Get("phoneNumber"),
	}
	for field, value := range by {
		if value != "" {
			wanted.Field, wanted.Value = field, value
		}
	}
	if wanted.Value == "" {
		return endpoint.Response{}, invalid("one of username, email and phoneNumber is needed")
	}
	if limit := query.Get("limit"); limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 1 {
			return endpoint.Response{}, invalid("limit is not a number above zero")
		}
		wanted.Limit = n
	}
	found, more, err := d.people.Query(ctx, c.caller, wanted)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(userListOf(c.caller, found, more, by))
}

func userListOf(c *mfa.Caller, found []people.Person, more bool, by map[mfa.ProfileField]string) userList {
	out := userList{Users: make([]userView, 0, len(found))}
	for _, p := range found {
		if more {
			out.LastEvaluatedUserID = p.User.Alias
		}
		if !fits(&p.Profile, by) || p.User.Alias == "" {
			continue
		}
		one := userViewOf(c, p.User.Alias, p)
		one.AllowedVerificationMethods = nil
		out.Users = append(out.Users, one)
	}
	return out
}

// fits reports whether a profile says everything that was asked for.
func fits(p *mfa.Profile, by map[mfa.ProfileField]string) bool {
	has := map[mfa.ProfileField]string{mfa.ProfileUsername: p.Username, mfa.ProfileEmail: p.Email, mfa.ProfilePhone: p.Phone}
	for field, value := range by {
		if value != "" && value != has[field] {
			return false
		}
	}
	return true
}

// listed reads a list that stands in a query, with commas between.
func listed(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
