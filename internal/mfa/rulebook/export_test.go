package rulebook

import "time"

// KeepBooks sets how long books serve without being told of a change.
func (s *Service) KeepBooks(life time.Duration) { s.cache.life = life }
