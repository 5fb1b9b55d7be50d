// Package tables plugs in DynamoDB.
package tables

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/shared/config"
)

// Plug sets the members, sessions, activity and grants.
func Plug(env *lambda.Environment, p *wiring.Parts) {
	env.Need(config.MembersTable, config.TokensTable, config.ActivityTable, config.GrantsTable)
	sdk, err := client.Config(env.Getenv)
	env.Fail(err)
	store := dynamo.New(client.Tables(sdk), client.Endpoint(env.Getenv, "DYNAMODB"), dynamo.Tables{
		Members: p.Config.MembersTable, Tokens: p.Config.TokensTable, Activity: p.Config.ActivityTable, Grants: p.Config.GrantsTable,
	})
	p.Members, p.Sessions, p.Grants = store, store, store
}
