package memory_test

import (
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store/storetest"
)

func TestMembers(t *testing.T)  { storetest.Members(t, new(memory.Store)) }
func TestSessions(t *testing.T) { storetest.Sessions(t, new(memory.Store)) }
func TestAttempts(t *testing.T) { storetest.Attempts(t, new(memory.Store)) }
func TestActivity(t *testing.T) { storetest.Activity(t, new(memory.Store)) }
func TestObjects(t *testing.T)  { storetest.Objects(t, &memory.Objects{Now: time.Now}) }
