// Command check_user is the function that checks a recording against a member's model.
package main

import (
	"systole/functions/authenticate/internal/hearts"
	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/api/authenticate"
)

func main() { environment.Main(run) }

func run() error {
	service, settings, err := hearts.Service()
	if err != nil {
		return err
	}
	serve.Routes(settings, authenticate.CheckUser(service))
	return nil
}
