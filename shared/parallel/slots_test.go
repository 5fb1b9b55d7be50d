package parallel

import (
	"context"
	"errors"
	"testing"
)

func TestSlotsAreTakenAndFreed(t *testing.T) {
	slots := NewSlots(2)
	first, ok1 := slots.TryEnter()
	second, ok2 := slots.TryEnter()
	if _, ok := slots.TryEnter(); !ok1 || !ok2 || ok {
		t.Fatalf("entered: %v, %v, %v; want two of three", ok1, ok2, ok)
	}
	first()
	third, err := slots.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second()
	third()
}

func TestAWaitForASlotEndsWithTheContext(t *testing.T) {
	slots := NewSlots(0) // one slot all the same
	leave, err := slots.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := slots.Enter(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	entered := make(chan struct{})
	go func() {
		leave, err := slots.Enter(t.Context())
		if err == nil {
			leave()
		}
		close(entered)
	}()
	leave()
	<-entered
}

func TestAFreeSlotIsTakenEvenWhenTheContextHasEnded(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 { // a select between both would choose at random
		leave, err := NewSlots(1).Enter(ended)
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
}
