package write

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// appleRateHz is the approximate rate of Apple's watches.
const appleRateHz = 512

// Apple writes as the Health app of a watch exports, in English or German. The
// person is invented.
func Apple(german bool, s Signal) []byte {
	s = s.at(appleRateHz)
	at := s.Start.Format("2006-01-02 15:04:05 -0700")
	head := []string{"Name,Erika Mustermann", `Date of Birth,"Feb 5, 1952"`, "Recorded Date," + at, "Classification,Sinus Rhythm", "Symptoms,",
		"Software Version,1.90", `Device,"Watch5,4"`, "Sample Rate,512 hertz", "", "", "Lead,Lead I", "Unit,µV", ""}
	if german {
		head = []string{"Name,Erika Mustermann", "Geburtstag,05.02.1952", "Aufzeichnungsdatum," + at, "Klassifizierung,Sinusrhythmus", "Symptome,",
			"Softwareversion,1.90", `Gerät,"Watch5,4"`, "Messrate,512\u00a0Hertz", "", "", "Ableitung,Ableitung I", "Einheit,µV", ""}
	}
	var b strings.Builder
	b.WriteString(strings.Join(head, "\n") + "\n")
	for _, mv := range s.MV {
		value := fmt.Sprintf("%.3f", 1000*mv)
		if german {
			value = strings.Replace(value, ".", ",", 1)
		}
		b.WriteString(value + "\n")
	}
	return []byte(b.String())
}

const (
	polarRateHz = 130
	polarPacket = 73 // samples
)

// Polar writes as Polar Sensor Logger does: the phone's clock tells when a
// packet came, the sensor's when a sample was taken.
func Polar(s Signal) []byte {
	s = s.at(polarRateHz)
	var b strings.Builder
	b.WriteString("Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]\n")
	for i, mv := range s.MV {
		ms := 1000 * float64(i) / polarRateHz
		arrived := s.Start.UnixMilli() + int64(560*(i/polarPacket+1))
		fmt.Fprintf(&b, "%s;%d;%.1f;%d\n", time.UnixMilli(arrived).UTC().Format("2006-01-02T15:04:05.000"), 838432586543515816+int64(ms*1e6), ms, int(math.Round(1000*mv)))
	}
	return []byte(b.String())
}

// OpenSignals writes as the software of BITalino and biosignalsplux does.
func OpenSignals(s Signal) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# OpenSignals Text File Format\n# {\"00:11:22:33:44:55\": {\"sensor\": [\"ECGBIT\"], \"device name\": \"00:11:22:33:44:55\", "+
		"\"column\": [\"nSeq\", \"I1\", \"A1\"], \"device\": \"bitalino_rev\", \"sampling rate\": %.0f, \"label\": [\"A1\"], \"resolution\": [10]}}\n# EndOfHeader\n", s.RateHz)
	for i, mv := range s.MV {
		fmt.Fprintf(&b, "%d\t0\t%d\t\n", i%16, int(math.Round(1024*(mv/3.3+0.5))))
	}
	return []byte(b.String())
}

// Arduino writes as a sketch for the AD8232 does: milliseconds and the readings
// of the 10-bit converter.
func Arduino(s Signal) []byte {
	s = s.at(250)
	var b strings.Builder
	b.WriteString("time (ms),Raw ECG\n")
	for i, mv := range s.MV {
		fmt.Fprintf(&b, "%d,%d\n", 4*i, int(math.Round(512+150*mv)))
	}
	return []byte(b.String())
}
