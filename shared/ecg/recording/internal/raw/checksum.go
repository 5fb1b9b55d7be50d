package raw

// CRC is the checksum of X.25, begun with ones, a byte at a time.
func CRC(data []byte) uint16 {
	crc := uint16(0xffff)
	for _, b := range data {
		t := crc>>8 ^ uint16(b)
		t ^= t >> 4
		crc = crc<<8 ^ t<<12 ^ t<<5 ^ t
	}
	return crc
}
