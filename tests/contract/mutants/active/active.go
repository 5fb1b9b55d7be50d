// Package active is the switch that package mutants writes into the code that it
// changes: every mutant of a program is compiled in, and one of them, or none,
// is active in a process.
//
// Two variables of the environment choose what a process does. MUTANT is the
// number of the active mutant. MUTANTS_REACHED is a file of one byte a mutant: a
// byte is set as soon as the place of its mutant is reached, with all of them
// inactive.
package active

import (
	"cmp"
	"os"
	"strconv"
	"syscall"
)

var (
	mutant  = number(os.Getenv("MUTANT"))
	reached = mapped(os.Getenv("MUTANTS_REACHED"))
)

// number is the number in text, and -1, which no mutant has, where there is none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// mapped returns the bytes of a file, shared with it: what is written into them
// is kept however the process ends. It panics where it can't.
func mapped(name string) []byte {
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		panic(err)
	}
	bytes, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	return bytes
}

// Is reports whether the mutant is the active one.
func Is(id int) bool {
	if reached != nil {
		reached[id] = 1
		return false
	}
	return id == mutant
}

// True is the condition, or true.
func True(id int, condition bool) bool { return Is(id) || condition }

// False is the condition, or false.
func False(id int, condition bool) bool { return !Is(id) && condition }

// Not is the condition, or its opposite.
func Not(id int, condition bool) bool { return condition != Is(id) }

// NoError is err, or nil.
func NoError(id int, err error) error {
	if Is(id) {
		return nil
	}
	return err
}

// Pick is value, or other.
func Pick[T any](id int, value, other T) T {
	if Is(id) {
		return other
	}
	return value
}

// Zero is value, or the zero value of its type.
func Zero[T any](id int, value T) T {
	var zero T
	return Pick(id, value, zero)
}

// Less is a < b, or a <= b.
func Less[T cmp.Ordered](id int, a, b T) bool { return a < b || a == b && Is(id) }

// LessOrEqual is a <= b, or a < b.
func LessOrEqual[T cmp.Ordered](id int, a, b T) bool { return a < b || a == b && !Is(id) }

// Greater is a > b, or a >= b.
func Greater[T cmp.Ordered](id int, a, b T) bool { return a > b || a == b && Is(id) }

// GreaterOrEqual is a >= b, or a > b.
func GreaterOrEqual[T cmp.Ordered](id int, a, b T) bool { return a > b || a == b && !Is(id) }

// Number is a type that has the four operations.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// Add is a + b, or a - b.
func Add[T Number](id int, a, b T) T { return Pick(id, a+b, a-b) }

// Subtract is a - b, or a + b.
func Subtract[T Number](id int, a, b T) T { return Pick(id, a-b, a+b) }

// Multiply is a * b, or a + b.
func Multiply[T Number](id int, a, b T) T { return Pick(id, a*b, a+b) }

// Divide is a / b, or a * b.
func Divide[T Number](id int, a, b T) T {
	if Is(id) {
		return a * b
	}
	return a / b
}
