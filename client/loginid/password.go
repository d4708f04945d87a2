package loginid

import "context"

// RegisterPassword makes a user with a password, or gives a user one where the
// server permits it, and signs the user in.
func (l *LoginID) RegisterPassword(ctx context.Context, username, password string, finish Finish) (*SignedIn, error) {
	if err := checkText("password", password, maxPassword); err != nil {
		return nil, err
	}
	if err := checkLine("credential name", finish.CredentialName); err != nil {
		return nil, err
	}
	body := map[string]any{"username": username, "password": password, "password_confirmation": password}
	if finish.CredentialName != "" {
		body["options"] = map[string]any{"credential_name": finish.CredentialName}
	}
	return l.signIn(ctx, ByName(username), finish, call{
		op: "register a password", path: "/register/password", scope: ScopeRegister, user: ByName(username),
	}, body)
}

// AuthenticatePassword signs a user in by password. One that is wrong is
// [ErrAuthenticationFailed].
func (l *LoginID) AuthenticatePassword(ctx context.Context, username, password string, finish Finish) (*SignedIn, error) {
	if err := checkText("password", password, maxPassword); err != nil {
		return nil, err
	}
	return l.signIn(ctx, ByName(username), finish, call{
		op: "sign in by password", path: "/authenticate/password", scope: ScopeLogin, user: ByName(username),
	}, map[string]any{"username": username, "password": password})
}
