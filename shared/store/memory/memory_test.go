package memory_test

import (
	"testing"
	"time"

	"systole/shared/store/memory"
	"systole/tests/conformance"
)

func TestMembers(t *testing.T)  { conformance.Members(t, new(memory.Store)) }
func TestSessions(t *testing.T) { conformance.Sessions(t, new(memory.Store)) }
func TestAttempts(t *testing.T) { conformance.Attempts(t, new(memory.Store)) }
func TestActivity(t *testing.T) { conformance.Activity(t, new(memory.Store)) }
func TestObjects(t *testing.T)  { conformance.Objects(t, &memory.Objects{Now: time.Now}) }
