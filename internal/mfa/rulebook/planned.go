package rulebook

import "github.com/twinseal/twinseal/internal/mfa"

// PutPlanned stores a rule inside of a caller's Write, held to everything that the management calls hold theirs to: what
// an operator writes into a file is judged like what is typed at a console.
func (s *Service) PutPlanned(w mfa.WriteRecords, c *mfa.Caller, r mfa.Rule) error {
	return s.put(w, c, &r)
}

// CheckPlanned looks at a list inside of a caller's Write, before it is stored.
func (s *Service) CheckPlanned(l mfa.ValueList) error { return s.checkList(&l) }

// JudgeAll holds all rules of an application to the lists and data points that there are, and to their tests.
func (s *Service) JudgeAll(r mfa.Records, c *mfa.Caller) error {
	return s.stillGood(r, c, func(*Draft) {})
}
