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
	storetest.Run(t, s)
	t.Run("moves", func(t *testing.T) { storetest.Moves(t, s) })
}
