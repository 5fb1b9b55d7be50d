package lambda

import (
	"errors"
	"testing"

	"systole/shared/config"
)

func TestEverythingThatIsWrongIsToldAtOnce(t *testing.T) {
	env := Read(func(name string) (string, bool) {
		value, ok := map[string]string{config.TokensTable: "tokens", "TOKEN_IDLE": "soon"}[name]
		return value, ok
	})
	env.Need(config.MembersTable, config.TokensTable)
	env.Need(config.MembersTable)
	env.Fail(errors.New("AWS_REGION is not set"))
	env.Fail(nil)
	want := `TOKEN_IDLE="soon" can't be used: it is a duration such as 30m, 12h or 30d from 1m0s to 87600h0m0s. Set it like this: export TOKEN_IDLE=30d
MEMBERS_TABLE is not set: it is the DynamoDB table of the members. Set it like this: export MEMBERS_TABLE=systole-members
AWS_REGION is not set`
	if err := env.Err(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if env.Config.TokensTable != "tokens" || env.Config.TokenLimits.Idle <= 0 {
		t.Errorf("settings that can be used are there, and defaults: %+v", env.Config.TokenLimits)
	}
}
