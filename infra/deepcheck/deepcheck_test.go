package main

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inventory has the form of AWS's user guide ("Amazon S3 Inventory lists"): a
// bucket with versions, listed on 3 December 2026.
const inventory = `"bucket","models/7/v2","a","true","false","4096","2026-11-02T00:00:00.000Z"
"bucket","models/7/v1","b","true","false","4096","2026-10-01T00:00:00.000Z"
"bucket","uploads/7/v2/0","c","true","false","90000","2026-11-02T00:00:00.000Z"
"bucket","models/7/v0","d","false","false","4096","2026-01-01T00:00:00.000Z"
"bucket","models/7/v0","e","true","true","","2026-02-01T00:00:00.000Z"
"bucket","models/9/v1","f","true","false","4096","2026-11-02T00:00:00.000Z"
"bucket","models/9/orphan%2B1","g","true","false","4096","2026-11-02T00:00:00.000Z"
"bucket","models/12/orphan","h","true","false","4096","2026-11-02T00:00:00.000Z"
"bucket","models/12/young","i","true","false","4096","2026-12-02T12:00:00.000Z"
"bucket","uploads/12/v1/0","j","true","false","90000","2026-11-02T00:00:00.000Z"
"bucket","cleanup/cursor","k","true","false","100","2026-11-02T00:00:00.000Z"
`

const manifest = `{"sourceBucket": "bucket", "version": "2016-11-30", "creationTimestamp": "1796342400000", "fileFormat": "CSV",
"fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate", "files": []}`

// testdata/export is moto's DynamoDB's export of a table with such rows.
func TestWhatDoesntFitTogetherIsFound(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "manifest.json"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(folder, "1.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	packed.Write([]byte(inventory))
	if err := firstOf(packed.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a row points to no object: memory/10/m1",
		"a row points to no object: models/8/v1",
		"no note names: uploads/12/v1/0",
		"no row points to, and no note names: models/12/orphan",
		"no row points to, and no note names: models/9/orphan+1",
		"on no list of templates to look at: models/9/v1",
	}
	for _, passes := range []int{1, 5} {
		var out strings.Builder
		found, err := check(&out, "testdata/export", folder, passes)
		got := strings.Split(strings.TrimSpace(out.String()), "\n")
		slices.Sort(got)
		if err != nil || found != len(want) || !slices.Equal(got, want) {
			t.Errorf("in %d passes %d: %v\n%s", passes, found, err, strings.Join(got, "\n"))
		}
	}
}

func TestAFolderWithoutFilesIsNoCheck(t *testing.T) {
	if _, err := check(new(strings.Builder), t.TempDir(), t.TempDir(), 1); err == nil {
		t.Error("no error")
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
