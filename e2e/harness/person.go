package harness

import "fmt"

// Person is somebody no other test of the same database knows.
type Person struct {
	Email  string
	Number string // the national part, ten digits
	Phone  string // with + and calling code
}

// NewPerson invents a person with an American phone number.
func (s *Server) NewPerson() Person {
	const first = 4152000000 // San Francisco; every number above is one that numbering plans accept
	n := s.serial.Add(1)
	number := fmt.Sprint(first + n)
	return Person{Email: fmt.Sprintf("person%d@example.com", n), Number: number, Phone: "+1" + number}
}
