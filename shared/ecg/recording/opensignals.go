package recording

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// OpenSignals, and so BITalino and biosignalsplux, writes a line that names the
// format, one with a JSON object for each device, one that ends the header, and
// then columns with tabs between them, as the converter gave them.

var openSignalsMagic = []byte("# OpenSignals Text File Format")

func isOpenSignals(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), openSignalsMagic)
}

// openSignalsDevice is what the header says of one device.
type openSignalsDevice struct {
	Device     string    `json:"device"`
	Columns    []string  `json:"column"`
	Sensors    []string  `json:"sensor"`
	Labels     []string  `json:"label"`
	Resolution []float64 `json:"resolution"` // bits, of each sensor
	RateHz     float64   `json:"sampling rate"`
}

// millivolts of the whole range at the sensor: 3.3 V for BITalino and 3 V for
// biosignalsplux, behind a gain of some 1,000. Comparing doesn't depend on it.
const openSignalsRange = 3.3

// ecg returns the column of the device's ECG and its bits.
func (d *openSignalsDevice) ecg() (column int, bits float64, ok bool) {
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

func readOpenSignals(data []byte, _ Hints) (*Recording, error) {
	header, body, found := bytes.Cut(data, []byte("# EndOfHeader"))
	if !found {
		return nil, refuse(Unreadable, 0, "its header doesn't end")
	}
	start := bytes.IndexByte(header, '{')
	if start < 0 {
		return nil, refuse(Unreadable, 2, "its header describes no device")
	}
	var devices map[string]openSignalsDevice
	line, _, _ := bytes.Cut(header[start:], []byte{'\n'})
	if err := json.Unmarshal(bytes.TrimSpace(line), &devices); err != nil {
		return nil, refuse(Unreadable, 2, "its header's JSON can't be read")
	}
	before := 0 // columns of the devices before
	for _, address := range sortedKeys(devices) {
		d := devices[address]
		column, bits, ok := d.ecg()
		if !ok {
			before += len(d.Columns)
			continue
		}
		return d.read(body, before+column, bits)
	}
	return nil, refuse(Unsupported, 0, "none of its sensors is an ECG")
}

// sortedKeys are the devices in the order of their columns.
func sortedKeys(devices map[string]openSignalsDevice) []string {
	var keys []string
	for key := range devices {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (d *openSignalsDevice) read(body []byte, column int, bits float64) (*Recording, error) {
	t, err := readTable(body)
	if err != nil {
		return nil, err
	}
	if column >= len(t.columns) {
		return nil, refuse(Unreadable, 0, "it has %d columns, and its ECG should be in column %d", len(t.columns), column+1)
	}
	mv := t.columns[column]
	for i := range mv {
		mv[i] = (mv[i]/math.Exp2(bits) - 0.5) * openSignalsRange
	}
	r := &Recording{Device: d.Device, Leads: []Lead{{Name: "ECG", MV: mv}}}
	if d.RateHz > 0 {
		r.RateHz = d.RateHz
	}
	return r, nil
}
