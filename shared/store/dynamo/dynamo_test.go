package dynamo_test

import (
	"testing"

	"systole/shared/store/dynamo"
	"systole/tests/conformance"
	"systole/tests/servers"
)

func TestConformance(t *testing.T) {
	endpoint := servers.StartDynamoDB(t)
	s := dynamo.New(servers.Config(t), &endpoint, servers.Tables())
	t.Run("members", func(t *testing.T) { conformance.Members(t, s) })
	t.Run("sessions", func(t *testing.T) { conformance.Sessions(t, s) })
	t.Run("attempts", func(t *testing.T) { conformance.Attempts(t, s) })
	t.Run("activity", func(t *testing.T) { conformance.Activity(t, s) })
}
