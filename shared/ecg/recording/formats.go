package recording

// format is one kind of file, told from the others by its content.
type format struct {
	name string
	// is reports whether the file is one, from its first bytes if it can.
	is func(data []byte) bool
	// read returns leads in mV; the rate, where the file says it, the start and
	// the device. A refusal is an *Error.
	read func(data []byte, h Hints) (*Recording, error)
}

// formats in the order in which they are asked. What none of them knows is read
// as text.
var formats = []format{
	{"edf", isEDF, readEDF},
	{"bdf", isBDF, readEDF},
	{"kardia", isKardia, readKardia},
	{"ishne", isISHNE, readISHNE},
	{"dicom", isDICOM, readDICOM},
	{"scp", isSCP, readSCP},
	{"matlab", isMATLAB, readMATLAB},
	{"numpy", isNumPy, readNumPy},
	{"wfdb", isWFDBHeader, refuseWFDBHeader},
	{"matlab", isMATLAB4, readMATLAB4},
	{"apple", isApple, readApple},
	{"samsung", isSamsungTable, refuseSamsungTable},
	{"opensignals", isOpenSignals, readOpenSignals},
	{"aecg", isAECG, readAECG},
	{"json", isJSON, readJSON},
}

// readFormat reads a file of whatever format.
func readFormat(data []byte, h Hints) (*Recording, error) {
	for _, f := range formats {
		if f.is(data) {
			r, err := f.read(data, h)
			if err != nil {
				return nil, err
			}
			r.Format = f.name
			return r, nil
		}
	}
	if refusal := foreign(data); refusal != nil {
		return nil, refusal
	}
	return readText(data)
}
