package answerpackage

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
)

const (
	// MaxPins is how many pins an answer carries: more would not fit into the
	// older package beside two UUIDs.
	MaxPins = 5
	// pinSpace is the number of pins with four digits.
	pinSpace = 10_000
)

// NextPins gives the pins of a device's next answer to the same application: a
// fresh one at the end, the oldest gone. An application that remembers them
// notices when two devices answer as one, for their pins part ways.
func NextPins(pins []string) ([]string, error) {
	kept := pins[max(0, len(pins)-(MaxPins-1)):]
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(pinSpace))
		if err != nil {
			return nil, fmt.Errorf("answer package: pin: %w", err)
		}
		if pin := fmt.Sprintf("%04d", n); !slices.Contains(kept, pin) {
			return append(slices.Clone(kept), pin), nil
		}
	}
}
