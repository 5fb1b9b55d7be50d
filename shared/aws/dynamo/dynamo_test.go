package dynamo_test

import (
	"testing"

	"systole/shared/aws/dynamo"
	"systole/shared/store/storetest"
	"systole/tests/support/servers"
)

func TestConformance(t *testing.T) {
	endpoint := servers.StartDynamoDB(t)
	s := dynamo.New(servers.Config(t), &endpoint, servers.Tables())
	t.Run("members", func(t *testing.T) { storetest.Members(t, s) })
	t.Run("sessions", func(t *testing.T) { storetest.Sessions(t, s) })
	t.Run("attempts", func(t *testing.T) { storetest.Attempts(t, s) })
	t.Run("activity", func(t *testing.T) { storetest.Activity(t, s) })
}
