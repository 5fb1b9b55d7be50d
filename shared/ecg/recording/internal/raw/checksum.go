package raw

// CRC returns the CRC-16 of X.25, with an initial value of ones.
func CRC(data []byte) uint16 {
	crc := uint16(0xffff)
	for _, b := range data {
		t := crc>>8 ^ uint16(b)
		t ^= t >> 4
		crc = crc<<8 ^ t<<12 ^ t<<5 ^ t
	}
	return crc
}
