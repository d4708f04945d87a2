package mfa

import "context"

// Organizations lists up to limit of the server's, oldest first, for its operators.
func (s *Service) Organizations(ctx context.Context, limit int) ([]Organization, error) {
	var out []Organization
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.Organizations(limit)
		return err
	})
	return out, err
}
