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

// number returns the number in text, or -1, which no mutant has, if text is
// empty.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// mapped returns the bytes of a file, shared with it: bytes written into them are
// kept however the process ends. It panics if it cannot map the file.
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

// True returns the condition; with the mutant it returns true.
func True(id int, condition bool) bool { return Is(id) || condition }

// False returns the condition; with the mutant it returns false.
func False(id int, condition bool) bool { return !Is(id) && condition }

// Not returns the condition; with the mutant it returns the opposite.
func Not(id int, condition bool) bool { return condition != Is(id) }

// NoError returns err; with the mutant it returns nil.
func NoError(id int, err error) error {
	if Is(id) {
		return nil
	}
	return err
}

// Pick returns value; with the mutant it returns other.
func Pick[T any](id int, value, other T) T {
	if Is(id) {
		return other
	}
	return value
}

// Zero returns value; with the mutant it returns the zero value of its type.
func Zero[T any](id int, value T) T {
	var zero T
	return Pick(id, value, zero)
}

// Less returns a < b; with the mutant it returns a <= b.
func Less[T cmp.Ordered](id int, a, b T) bool { return a < b || a == b && Is(id) }

// LessOrEqual returns a <= b; with the mutant it returns a < b.
func LessOrEqual[T cmp.Ordered](id int, a, b T) bool { return a < b || a == b && !Is(id) }

// Greater returns a > b; with the mutant it returns a >= b.
func Greater[T cmp.Ordered](id int, a, b T) bool { return a > b || a == b && Is(id) }

// GreaterOrEqual returns a >= b; with the mutant it returns a > b.
func GreaterOrEqual[T cmp.Ordered](id int, a, b T) bool { return a > b || a == b && !Is(id) }

// Number is a type that has the four operations.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// Add returns a + b; with the mutant it returns a - b.
func Add[T Number](id int, a, b T) T { return Pick(id, a+b, a-b) }

// Subtract returns a - b; with the mutant it returns a + b.
func Subtract[T Number](id int, a, b T) T { return Pick(id, a-b, a+b) }

// Multiply returns a * b; with the mutant it returns a + b.
func Multiply[T Number](id int, a, b T) T { return Pick(id, a*b, a+b) }

// Divide returns a / b; with the mutant it returns a * b.
func Divide[T Number](id int, a, b T) T {
	if Is(id) {
		return a * b
	}
	return a / b
}
