package rule

// What conditions may cost, so that whoever writes them can slow nobody else down.
const (
	// MaxBytes is room for some thousand comparisons, more than a person can survey.
	MaxBytes = 32 << 10
	// MaxDepth bounds operators within operators, and with them every recursion here and in CEL's parser.
	MaxDepth = 32
	// MaxItems is the longest list written into conditions; longer ones are value lists.
	MaxItems = 1000
	// MaxName is the longest name of a fact.
	MaxName = 128
	// MaxCost is in CEL's units, of which a comparison takes two or three: about a millisecond.
	MaxCost = 20_000

	// assumedElements and assumedBytes are how large a list or text from outside is taken to be when costs are
	// foreseen. Larger ones meet MaxCost while they are judged.
	assumedElements = 100
	assumedBytes    = 512
)
