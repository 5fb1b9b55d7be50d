// Command make_model is the function that makes a member's model.
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
	serve.Routes(settings, authenticate.MakeModel(service))
	return nil
}
