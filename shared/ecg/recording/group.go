package recording

import "systole/shared/ecg/recording/wfdb"

// Group tells files that belong together from those that don't: with a WFDB
// header among them all are one recording, without one each is its own.
func Group(files [][]byte) [][]Part {
	groups := make([][]Part, len(files))
	all := make([]Part, len(files))
	together := false
	for i, data := range files {
		all[i] = Part{Data: data}
		groups[i] = all[i : i+1 : i+1]
		together = together || wfdb.IsHeader(data)
	}
	if together {
		return [][]Part{all}
	}
	return groups
}
