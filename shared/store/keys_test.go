package store_test

import (
	"fmt"
	"strings"
	"testing"

	"systole/shared/store"
)

func ExampleTemplateKey() {
	key := store.TemplateKey(7, "01f0a9")
	pk, ok := store.Owner(key)
	fmt.Println(key, pk, ok)
	// Output: models/7/01f0a9 7 true
}

func TestOnlyKeysInAFolderHaveAnOwner(t *testing.T) {
	for _, key := range []string{"", "models/", "models/x/v", "models/0/v", "models/-1/v", "stray"} {
		if pk, ok := store.Owner(key); ok {
			t.Errorf("%q is of %d", key, pk)
		}
	}
}

func TestAnUploadLiesInItsMembersFolder(t *testing.T) {
	id := strings.Repeat("0a", store.UploadIDBytes)
	key, ok := store.UploadKey(7, id)
	if !ok || !strings.HasPrefix(key, store.IncomingOf(7)) {
		t.Errorf("key is %q, %v", key, ok)
	}
	for _, id := range []string{"", "..", id + "0", strings.ToUpper(id), "../8/" + id, strings.Repeat("/", len(id))} {
		if key, ok := store.UploadKey(7, id); ok {
			t.Errorf("%q lies at %q", id, key)
		}
	}
}

func TestAFoldersKeysAreNoOtherMembers(t *testing.T) {
	if strings.HasPrefix(store.TemplateKey(77, "v"), store.TemplatesOf(7)) || strings.HasPrefix(store.EnrolledKey(77, "v", 0), store.RecordingsOf(7)) {
		t.Error("member 77's objects lie in member 7's folder")
	}
}
