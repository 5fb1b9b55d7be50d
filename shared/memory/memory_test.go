package memory_test

import (
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, new(memory.Store))
	t.Run("objects", func(t *testing.T) { storetest.Objects(t, &memory.Objects{Now: time.Now}) })
}
