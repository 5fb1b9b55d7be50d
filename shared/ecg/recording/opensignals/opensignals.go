// Package opensignals reads the text files of OpenSignals.
package opensignals

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// OpenSignals, for BITalino and biosignalsplux, writes a line that names the
// format, a line with a JSON object for each device, a line that ends the header,
// and then columns with tabs between them, in the converter's units.

var magic = []byte("# OpenSignals Text File Format")

var endOfHeader = []byte("# EndOfHeader")

// mostHeader bounds the header, in bytes: each device has some 500.
const mostHeader = 64 << 10

// Is reports whether the file is one of OpenSignals.
func Is(data []byte) bool {
	return bytes.HasPrefix(data, magic)
}

// device holds the header's fields of one device.
type device struct {
	Device     string    `json:"device"`
	Columns    []string  `json:"column"`
	Sensors    []string  `json:"sensor"`
	Labels     []string  `json:"label"`
	Resolution []float64 `json:"resolution"` // bits, of each sensor
	RateHz     float64   `json:"sampling rate"`
}

// rangeMV is the whole range at the sensor: 3.3 V for BITalino and 3 V for
// biosignalsplux, behind a gain of some 1,000. The comparison doesn't depend on
// it.
const rangeMV = 3.3

// ecg returns the column of the device's ECG and its number of bits.
func (d *device) ecg() (column int, bits float64, ok bool) {
	for i, sensor := range d.Sensors {
		if i >= len(d.Labels) || !strings.Contains(strings.ToUpper(sensor), "ECG") && !strings.Contains(strings.ToUpper(sensor), "EKG") {
			continue
		}
		bits = 10
		if i < len(d.Resolution) && d.Resolution[i] >= 1 && d.Resolution[i] <= 32 {
			bits = d.Resolution[i]
		}
		column = slices.Index(d.Columns, d.Labels[i])
		return column, bits, column >= 0
	}
	return 0, 0, false
}

// Read reads the ECG of the first device that has one.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	header, _, found := bytes.Cut(data[:min(len(data), mostHeader)], endOfHeader)
	if !found {
		return nil, raw.Refuse(raw.Unreadable, 0, "its header doesn't end")
	}
	body := data[len(header)+len(endOfHeader):]
	start := bytes.IndexByte(header, '{')
	if start < 0 {
		return nil, raw.Refuse(raw.Unreadable, 2, "its header describes no device")
	}
	var devices map[string]device
	line, _, _ := bytes.Cut(header[start:], []byte{'\n'})
	if err := json.Unmarshal(bytes.TrimSpace(line), &devices); err != nil {
		return nil, raw.Refuse(raw.Unreadable, 2, "its header's JSON can't be read")
	}
	before := 0 // columns of the earlier devices
	for _, address := range sortedKeys(devices) {
		d := devices[address]
		column, bits, ok := d.ecg()
		if !ok {
			before += len(d.Columns)
			continue
		}
		return d.read(body, before+column, bits, o)
	}
	return nil, raw.Refuse(raw.Unsupported, 0, "none of its sensors is an ECG")
}

// sortedKeys returns the devices in the order of their columns.
func sortedKeys(devices map[string]device) []string {
	var keys []string
	for key := range devices {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (d *device) read(body []byte, column int, bits float64, o raw.Options) (*raw.Recording, error) {
	t, err := table.Parse(body, o)
	if err != nil {
		return nil, err
	}
	if column >= len(t.Columns) {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has %d columns, and its ECG should be in column %d", len(t.Columns), column+1)
	}
	mv := t.Columns[column]
	for i := range mv {
		mv[i] = (mv[i]/math.Exp2(bits) - 0.5) * rangeMV
	}
	r := &raw.Recording{Device: d.Device, Leads: []raw.Lead{{Name: "ECG", MV: mv}}}
	if d.RateHz > 0 {
		r.RateHz = d.RateHz
	}
	return r, nil
}
