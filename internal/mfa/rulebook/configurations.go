package rulebook

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of what is written; texts count in bytes unless said otherwise.
const (
	maxDescription = 1000
	maxTemplates   = 16 << 10 // of all locales together: a sentence in each
	maxTemplate    = 500      // characters: it is shown as one paragraph
	maxHookURL     = 2048     // what every proxy and server on the way takes
)

var (
	codePattern   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	localePattern = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$`)
)

// CheckCode refuses what cannot be the code of an action.
func CheckCode(code string) error {
	if !codePattern.MatchString(code) {
		return invalid("actionCode", "an action code has 1 to 64 letters, digits, underscores and hyphens")
	}
	return nil
}

// Configurations lists the application's by code.
func (s *Service) Configurations(ctx context.Context, c *mfa.Caller) ([]mfa.ActionConfiguration, error) {
	var out []mfa.ActionConfiguration
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.ActionConfigurations(c.Application.ID)
		return err
	})
	return out, err
}

// Configuration looks one up.
func (s *Service) Configuration(ctx context.Context, c *mfa.Caller, code string) (mfa.ActionConfiguration, error) {
	var out mfa.ActionConfiguration
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.ActionConfiguration(c.Application.ID, code)
		return err
	})
	return out, err
}

// CreateConfiguration adds one. An action that was tracked before it was configured has one that says nothing; it is
// filled in.
func (s *Service) CreateConfiguration(ctx context.Context, c *mfa.Caller, a mfa.ActionConfiguration) (mfa.ActionConfiguration, error) {
	if err := CheckCode(a.Code); err != nil {
		return a, err
	}
	if err := checkConfiguration(c, &a); err != nil {
		return a, err
	}
	err := s.change(ctx, c, "action_configuration", func(w mfa.WriteRecords) (string, string, error) {
		all, err := w.ActionConfigurations(c.Application.ID)
		if err != nil {
			return "", "", err
		}
		i := slices.IndexFunc(all, func(have mfa.ActionConfiguration) bool { return have.Code == a.Code })
		switch {
		case i >= 0 && !silent(&all[i]):
			return "", "", taken("actionCode", "the action is configured already")
		case i < 0 && len(all) >= s.domain.Limits().ActionCodes:
			return "", "", full("the application has as many action configurations as it may have; delete one first")
		}
		fresh := a
		fresh.ApplicationID, fresh.CreatedAt, fresh.UpdatedAt = c.Application.ID, s.domain.Now(), s.domain.Now()
		if err := w.PutActionConfiguration(fresh); err != nil {
			return "", "", err
		}
		a, err = w.ActionConfiguration(c.Application.ID, a.Code)
		return a.Code, created, err
	})
	return a, err
}

// silent says whether a configuration was never written by anybody.
func silent(a *mfa.ActionConfiguration) bool {
	return a.UpdatedAt.Equal(a.CreatedAt) && a.Default == "" && len(a.Methods) == 0 && a.DefaultMethod == "" && len(a.Uplift) == 0 &&
		len(a.Templates) == 0 && a.HookURL == ""
}

// UpdateConfiguration lets change edit one. Change may run more than once.
func (s *Service) UpdateConfiguration(ctx context.Context, c *mfa.Caller, code string, change func(*mfa.ActionConfiguration) error) (mfa.ActionConfiguration, error) {
	var out mfa.ActionConfiguration
	err := s.change(ctx, c, "action_configuration", func(w mfa.WriteRecords) (string, string, error) {
		have, err := w.ActionConfiguration(c.Application.ID, code)
		if err != nil {
			return "", "", err
		}
		out = have
		if err := change(&out); err != nil {
			return "", "", err
		}
		if err := checkConfiguration(c, &out); err != nil {
			return "", "", err
		}
		out.UpdatedAt = s.domain.Now()
		return code, updated, w.PutActionConfiguration(out)
	})
	return out, err
}

// RemoveConfiguration deletes one with its rules. Actions of the code are then decided by the application's default.
func (s *Service) RemoveConfiguration(ctx context.Context, c *mfa.Caller, code string) error {
	return s.change(ctx, c, "action_configuration", func(w mfa.WriteRecords) (string, string, error) {
		return code, removed, w.RemoveActionConfiguration(c.Application.ID, code)
	})
}

func checkConfiguration(c *mfa.Caller, a *mfa.ActionConfiguration) error {
	if a.Default != "" && !a.Default.Known() {
		return invalid("defaultUserActionResult", "the default is ALLOW, CHALLENGE, REVIEW or BLOCK")
	}
	if err := checkMethods(c, a.Methods, a.DefaultMethod, a.Uplift); err != nil {
		return err
	}
	if err := checkTemplates(a.Templates); err != nil {
		return err
	}
	return CheckHook("verificationWebhookUrl", a.HookURL)
}

// checkMethods holds methods to those that the application has.
func checkMethods(c *mfa.Caller, methods []mfa.Method, standard mfa.Method, uplift []mfa.Method) error {
	for _, list := range [][]mfa.Method{methods, uplift} {
		for i, m := range list {
			if m == mfa.MethodRecovery {
				return invalid("verificationMethods", "recovery codes are no method of their own: they stand in for any")
			}
			if !c.Application.MethodActive(m) {
				return notActive(m)
			}
			if slices.Contains(list[:i], m) {
				return invalid("verificationMethods", "a method is listed twice")
			}
		}
	}
	switch {
	case standard == "":
		return nil
	case len(methods) > 0 && !slices.Contains(methods, standard):
		return invalid("defaultVerificationMethod", "the default method is one of the verification methods")
	case !c.Application.MethodActive(standard):
		return notActive(standard)
	}
	return nil
}

func notActive(m mfa.Method) error {
	return &mfa.Error{
		Code: mfa.Forbidden, Reason: mfa.ReasonFeatureOff, Field: "verificationMethods",
		Message: "the method " + string(m) + " is not active for the application",
	}
}

// checkTemplates reads messages by locale. They are shown as text and never as markup, so any character that can be
// shown is welcome.
func checkTemplates(templates json.RawMessage) error {
	if len(templates) == 0 {
		return nil
	}
	if len(templates) > maxTemplates {
		return invalid("messagingTemplates", "the templates of all locales take at most 16 KiB")
	}
	var read map[string]map[string]string
	if err := json.Unmarshal(templates, &read); err != nil {
		return invalid("messagingTemplates", `templates are written {"en":{"defaultTemplate":"…"}}`)
	}
	for locale, kinds := range read {
		if !localePattern.MatchString(locale) {
			return invalid("messagingTemplates", "a template is for a locale such as en or pt-BR")
		}
		for _, text := range kinds {
			if utf8.RuneCountInString(text) > maxTemplate || mfa.Showable(text) != text {
				return invalid("messagingTemplates", "a template has at most 500 characters that can be shown")
			}
		}
	}
	return nil
}

// CheckHook refuses what is no address to call. It may be one of the operator's own network, as with webhooks.
func CheckHook(field, address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxHookURL || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return invalid(field, "a hook is an address that starts with https:// or http://, of at most 2048 characters")
	}
	return nil
}
