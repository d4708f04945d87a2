package rule

// Known is facts together with what was learnt of them, so that each is asked for once. One goroutine uses it.
type Known struct {
	scope  *Scope
	facts  Facts
	values []value
	asked  []bool
}

// Know begins with nothing asked.
func (s *Scope) Know(facts Facts) *Known {
	return &Known{scope: s, facts: facts, values: make([]value, len(s.names)), asked: make([]bool, len(s.names))}
}

// Reset turns to other facts, for those who judge many.
func (k *Known) Reset(facts Facts) {
	k.facts = facts
	clear(k.asked)
}

// Missing lists the facts that were asked for and not known.
func (k *Known) Missing() []string {
	var missing []string
	for slot, asked := range k.asked {
		if asked && !k.values[slot].ok {
			missing = append(missing, k.scope.names[slot])
		}
	}
	return missing
}

func (k *Known) at(slot int) value {
	if k.asked[slot] {
		return k.values[slot]
	}
	k.asked[slot] = true
	var v value
	if fact, known := k.facts.Fact(k.scope.names[slot]); known {
		if v = valueOf(fact); !v.is(k.scope.kinds[slot]) {
			v = value{}
		}
	}
	k.values[slot] = v
	return v
}

// named looks a fact up by its name, for CEL.
func (k *Known) named(name string) value {
	slot, ok := k.scope.slots[name]
	if !ok {
		return value{}
	}
	return k.at(slot)
}

// CountMissing adds one for each fact that was asked for and not known, under its number in the scope.
func (k *Known) CountMissing(counts []int) {
	for slot, asked := range k.asked {
		if asked && !k.values[slot].ok {
			counts[slot]++
		}
	}
}

// Len is how many facts the scope's programs ask for.
func (s *Scope) Len() int { return len(s.names) }

// Name is the fact of a number.
func (s *Scope) Name(slot int) string { return s.names[slot] }
