package stress

import (
	"encoding/binary"
	"fmt"
)

// beatCodes are the WFDB annotation codes that mark a beat, as WFDB's isqrs
// lists them: N L R a V F J A S E j / Q e n f B r.
var beatCodes = map[uint16]bool{
	1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true, 11: true,
	12: true, 13: true, 25: true, 30: true, 34: true, 35: true, 38: true, 41: true,
}

// Codes of a WFDB annotation file that are not annotations themselves.
const (
	codeFlutterOn  = 32
	codeFlutterOff = 33
	codeSkip       = 59 // a long interval follows, 4 bytes
	codeNum        = 60
	codeSub        = 61
	codeChan       = 62
	codeAux        = 63 // a text of the given length follows
)

// annotations is the content of a WFDB annotation file, in sample numbers.
type annotations struct {
	beats   []int
	flutter [][2]int // first and last sample of ventricular flutter
}

// parseAnnotations reads a WFDB annotation file in the MIT format.
// Source: WFDB Applications Guide, annot(5).
func parseAnnotations(b []byte) (a annotations, err error) {
	at := 0
	for len(b) >= 2 {
		word := binary.LittleEndian.Uint16(b)
		b = b[2:]
		code, value := word>>10, int(word&1023)
		switch code {
		case 0:
			if value == 0 {
				return a, nil
			}
			at += value
		case codeSkip:
			if len(b) < 4 {
				return a, fmt.Errorf("annotations end inside a long interval")
			}
			at += int(int32(uint32(binary.LittleEndian.Uint16(b))<<16 | uint32(binary.LittleEndian.Uint16(b[2:]))))
			b = b[4:]
		case codeNum, codeSub, codeChan:
		case codeAux:
			b = b[min(len(b), value+value%2):]
		default:
			at += value
			a.add(code, at)
		}
	}
	return a, fmt.Errorf("annotations have no end mark")
}

func (a *annotations) add(code uint16, at int) {
	switch {
	case beatCodes[code]:
		a.beats = append(a.beats, at)
	case code == codeFlutterOn:
		a.flutter = append(a.flutter, [2]int{at, at})
	case code == codeFlutterOff && len(a.flutter) > 0:
		a.flutter[len(a.flutter)-1][1] = at
	}
}
