package launchkey

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// pythonService is the package's ServiceClient.
type pythonService struct{ pythonClient }

// requestArguments are those of a new request beside the user.
func requestArguments(request launchkey.NewAuthorization) object {
	named := object{}
	for name, text := range map[string]string{
		"context": request.Context, "title": request.Title, "push_title": request.PushTitle, "push_body": request.PushBody,
	} {
		if text != "" {
			named[name] = text
		}
	}
	if request.TTL != 0 {
		named["ttl"] = int(request.TTL / time.Second)
	}
	if request.Policy != nil {
		named["policy"] = legacyObject("AuthPolicy", launchkey.LegacyPolicy{AuthPolicy: *request.Policy})
	}
	if len(request.DenialReasons) > 0 {
		var reasons []object
		for _, r := range request.DenialReasons {
			reasons = append(reasons, object{"$": "new", "class": "DenialReason", "args": []any{r.ID, r.Reason, r.Fraud}})
		}
		named["denial_reasons"] = reasons
	}
	return named
}

func (c pythonService) CreateAuthorizationRequest(_ context.Context, user string, request launchkey.NewAuthorization) (*launchkey.AuthorizationRequest, error) {
	var made struct {
		ID          launchkey.AuthorizationID `json:"auth_request"`
		DeviceIDs   []launchkey.DeviceID      `json:"device_ids"`
		PushPackage string                    `json:"push_package"`
	}
	if err := c.do(&made, "authorization_request", requestArguments(request), user); err != nil {
		return nil, err
	}
	return &launchkey.AuthorizationRequest{ID: made.ID, DeviceIDs: made.DeviceIDs, PushPackage: made.PushPackage}, nil
}

// pythonResponse is an answer of the package, of the kind that it calls advanced.
type pythonResponse struct {
	Class        string                    `json:"class"`
	Authorized   bool                      `json:"authorized"`
	Fraud        bool                      `json:"fraud"`
	RequestID    launchkey.AuthorizationID `json:"authorization_request_id"`
	DeviceID     launchkey.DeviceID        `json:"device_id"`
	ServiceHash  string                    `json:"service_user_hash"`
	OrgHash      string                    `json:"organization_user_hash"`
	PushID       string                    `json:"user_push_id"`
	Pins         []string                  `json:"service_pins"`
	Type         launchkey.ResponseType    `json:"type"`
	Reason       launchkey.ResponseReason  `json:"reason"`
	DenialReason string                    `json:"denial_reason"`
	Policy       *pythonResponsePolicy     `json:"policy"`
	Methods      []pythonMethod            `json:"auth_methods"`

	LogoutRequested int64 `json:"logout_requested"` // of a webhook about the end of a session
}

type pythonMethod struct {
	Name         string `json:"method"`
	Set          *bool  `json:"set"`
	Active       bool   `json:"active"`
	Allowed      bool   `json:"allowed"`
	Supported    bool   `json:"supported"`
	UserRequired *bool  `json:"user_required"`
	Passed       *bool  `json:"passed"`
	Error        *bool  `json:"error"`
}

func (r pythonResponse) read() *launchkey.AuthorizationResponse {
	out := &launchkey.AuthorizationResponse{
		Authorized: r.Authorized, Fraud: r.Fraud, RequestID: r.RequestID, DeviceID: r.DeviceID, ServiceUserHash: r.ServiceHash,
		OrganizationUserHash: r.OrgHash, UserPushID: r.PushID, ServicePins: r.Pins, Type: r.Type, Reason: r.Reason, DenialReason: r.DenialReason,
	}
	if r.Policy != nil {
		out.Policy = r.Policy.read()
	}
	for _, m := range r.Methods {
		out.Methods = append(out.Methods, launchkey.Method{
			Name: launchkey.MethodName(strings.ToLower(m.Name)), Set: m.Set, Active: m.Active, Allowed: m.Allowed, Supported: m.Supported,
			UserRequired: m.UserRequired, Passed: m.Passed, Error: m.Error,
		})
	}
	return out
}

func (c pythonService) AuthorizationResponse(_ context.Context, id launchkey.AuthorizationID) (*launchkey.AuthorizationResponse, error) {
	var found json.RawMessage
	if err := c.do(&found, "get_advanced_authorization_response", nil, id); err != nil {
		return nil, err
	}
	if string(found) == "null" {
		return nil, launchkey.ErrPending
	}
	var r pythonResponse
	if err := json.Unmarshal(found, &r); err != nil {
		return nil, err
	}
	return r.read(), nil
}

func (c pythonService) CancelAuthorizationRequest(_ context.Context, id launchkey.AuthorizationID) error {
	return c.do(nil, "cancel_authorization_request", nil, id)
}

func (c pythonService) SessionStart(_ context.Context, user string, request launchkey.AuthorizationID) error {
	if request == "" {
		return c.do(nil, "session_start", nil, user, nil)
	}
	return c.do(nil, "session_start", nil, user, request)
}

func (c pythonService) SessionEnd(_ context.Context, user string) error {
	return c.do(nil, "session_end", nil, user)
}

func (c pythonService) VerifyTOTP(_ context.Context, user, code string) (bool, error) {
	var valid bool
	err := c.do(&valid, "verify_totp", nil, user, code)
	return valid, err
}

func (c pythonService) HandleWebhook(_ context.Context, hook launchkey.Webhook) (launchkey.ServiceWebhook, error) {
	var told pythonResponse
	if err := c.do(&told, "handle_advanced_webhook", nil, hookArguments(hook)...); err != nil {
		return nil, err
	}
	if told.Class == "SessionEndRequest" {
		return &launchkey.SessionEndWebhook{ServiceUserHash: told.ServiceHash, RequestedAt: time.Unix(told.LogoutRequested, 0).UTC()}, nil
	}
	return &launchkey.ResponseWebhook{AuthorizationResponse: told.read()}, nil
}
