package hololoom

import (
	"encoding/hex"
	"fmt"
)

// Error is a call that failed: a status of hololoom_fast.h (HLF_ERROR_...) and the library's message.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Recorded is what became of a reported outcome.
type Recorded int

// The answers of Record. Only an accepted outcome was learned from.
const (
	Accepted Recorded = iota
	Duplicate
	Expired
	Unknown
)

// String is the answer in lower case.
func (r Recorded) String() string {
	return [...]string{"accepted", "duplicate", "expired", "unknown"}[r]
}

// DecisionID is the token to report an outcome with.
type DecisionID [16]byte

// String is the 32 hexadecimal digits of the id.
func (id DecisionID) String() string { return hex.EncodeToString(id[:]) }

// ParseDecisionID reads what String wrote.
func ParseDecisionID(text string) (id DecisionID, err error) {
	if n, err := hex.Decode(id[:], []byte(firstChars(text))); err != nil || n != len(id) || len(text) != 2*n {
		return DecisionID{}, fmt.Errorf("%q is not a decision id: 32 hexadecimal digits are expected", text)
	}
	return id, nil
}

func firstChars(text string) string {
	if len(text) > 32 {
		return text[:32]
	}
	return text
}

// Outcome is what became of a decision.
type Outcome struct {
	Relevance float64  // 0..1
	LatencyMs float64  // finite, 0 or more
	Cost      *float64 // nil: not given
	Feedback  *float64 // 0..1; takes the place of Relevance; nil: not given
}
