// Command make_model is the function that makes a member's model.
package main

import (
	"systole/functions/authenticate/internal/hearts"
	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/biometric"
)

func main() {
	hearts.Main(func(s *biometric.Service) api.Route { return authenticate.MakeModel(s) })
}
