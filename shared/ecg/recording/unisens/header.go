package unisens

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// root is the name of a unisens.xml's root element.
const root = "unisens"

// header is the content of a unisens.xml.
type header struct {
	start   time.Time
	signals []signal
}

// signal is a signalEntry: the description of a file of samples. Values are
// (sample - baseline) × lsb in its unit.
type signal struct {
	file     string
	class    string // such as ECG
	kind     string // type of its numbers, by Java's names
	rateHz   float64
	baseline float64
	lsb      float64 // 0 if the file doesn't state it
	unit     string
	order    binary.ByteOrder
	csv      bool
	channels []string
}

// parseHeader reads the signals of a unisens.xml; ok is false for another file.
func parseHeader(data []byte, budget *raw.Budget) (h header, ok bool) {
	data, ok = raw.Text(data) // it may have a byte order mark, or be UTF-16
	if !ok || markup.Root(data) != root {
		return header{}, false
	}
	var now *signal
	for token, err := range markup.NewReader(data, budget).All() {
		if err != nil {
			return header{}, false
		}
		switch {
		case token.Kind == markup.End && token.Name == "signalEntry" && now != nil:
			h.signals = append(h.signals, *now)
			now = nil
		case token.Kind != markup.Start:
		case token.Name == root:
			h.start = parseStart(token.Attribute("timestampStart"))
		case token.Name == "signalEntry":
			now = signalOf(token)
		case now == nil:
		case token.Name == "channel":
			if now.channels = append(now.channels, token.Attribute("name")); len(now.channels) > raw.MaxLeads {
				return header{}, false
			}
		case token.Name == "csvFileFormat":
			now.csv = true
		case token.Name == "binFileFormat" && strings.EqualFold(token.Attribute("endianess"), "BIG"):
			now.order = binary.BigEndian
		}
	}
	return h, true
}

func signalOf(token markup.Token) *signal {
	number := func(name string) float64 {
		x, err := strconv.ParseFloat(token.Attribute(name), 64)
		if err != nil {
			return 0
		}
		return x
	}
	return &signal{
		file: strings.ToLower(token.Attribute("id")), class: token.Attribute("contentClass"), kind: token.Attribute("dataType"),
		rateHz: number("sampleRate"), baseline: number("baseline"), lsb: number("lsbValue"), unit: token.Attribute("unit"),
		order: binary.LittleEndian,
	}
}

// parseStart reads an ISO 8601 time without a zone; zero for other text.
func parseStart(text string) time.Time {
	at, err := time.Parse("2006-01-02T15:04:05", text) // also accepts a fraction
	if err != nil {
		return time.Time{}
	}
	return at
}

// packing returns the packing of the signal's numbers.
func (s signal) packing() (raw.Packing, bool) {
	return raw.PackingOf(map[string]string{
		"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4", "float": "f4", "double": "f8",
	}[strings.ToLower(s.kind)], s.order)
}
