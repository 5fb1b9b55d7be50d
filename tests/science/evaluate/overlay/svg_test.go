package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"systole/shared/ecg/beat"
)

func TestThePictureIsXMLWithTwoCurvesAPanel(t *testing.T) {
	mean := make([]float64, beat.Width)
	mean[beat.Before] = 5
	var b bytes.Buffer
	err := draw(&b, "a < b & c", []row{{"refused", []pair{{enrolled: "x/1", probed: "x/1", template: mean, probe: mean}}}, {"none", nil}})
	if err != nil {
		t.Fatal(err)
	}
	curves := 0
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			curves++
		}
	}
	if curves != 2 {
		t.Errorf("%d curves, want 2", curves)
	}
}
