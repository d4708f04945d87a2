package mfa

// Window is a limit of one key, such as of wrong guesses at one user's password.
type Window struct {
	Limit Limit
	Key   string
}

// AttemptsFrom is what attempts are counted by: the address they come from or, where it is not known, the application.
func AttemptsFrom(c *Caller, source string) string {
	if key := SourceKey(source); key != "" {
		return key
	}
	return "application:" + string(c.Application.ID)
}

// AnyFull refuses while one of the windows is full.
func (s *Service) AnyFull(r Records, windows []Window) (refusal, err error) {
	for _, at := range windows {
		full, until, err := r.LimitReached(at.Limit, at.Key, s.Now())
		if err != nil {
			return nil, err
		}
		if full {
			return s.TooMany(until), nil
		}
	}
	return nil, nil
}

// Strike counts a wrong attempt in each window, and reports whether that filled one. It refuses where others have
// filled one meanwhile.
func (s *Service) Strike(w WriteRecords, windows []Window) (filled bool, refusal, err error) {
	for _, at := range windows {
		allowed, until, err := w.TakeLimit(at.Limit, at.Key, s.Now())
		if err != nil {
			return false, nil, err
		}
		if !allowed {
			return false, s.TooMany(until), nil
		}
		full, _, err := w.LimitReached(at.Limit, at.Key, s.Now())
		if err != nil {
			return false, nil, err
		}
		filled = filled || full
	}
	return filled, nil, nil
}

// TokenWindows are those of a user's wrong tokens, whichever front door they come by: all of them guess at the same
// seeds and codes.
func (s *Service) TokenWindows(c *Caller, user UserID, source string) []Window {
	return []Window{
		{s.limits.WrongTokens, "wrong_tokens:" + string(user) + ":" + AttemptsFrom(c, source)},
		{s.limits.WrongTokensUser, "wrong_tokens_user:" + string(user)},
	}
}

// StrikeToken counts a wrong token of a user who is locked, and reports whether that filled a window.
func (s *Service) StrikeToken(w WriteRecords, u *User, windows []Window) (filled bool, err error) {
	now, last := s.Now(), u.StrikesUntil
	for _, at := range windows {
		_, until, err := w.TakeLimit(at.Limit, at.Key, now)
		if err != nil {
			return false, err
		}
		if until.After(last) {
			last = until
		}
	}
	if last.After(u.StrikesUntil) {
		u.StrikesUntil, u.UpdatedAt = last, now
		if err := w.UpdateUser(*u); err != nil {
			return false, err
		}
	}
	for _, at := range windows {
		full, _, err := w.LimitReached(at.Limit, at.Key, now)
		if err != nil || full {
			return full, err
		}
	}
	return false, nil
}
