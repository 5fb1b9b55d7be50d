package config_test

import (
	"fmt"

	"systole/shared/config"
)

// Read reports every problem of an environment at once, each with the variable
// to set.
func ExampleRead() {
	environment := map[string]string{"MATCH_FMR": "0.0001", "TOKEN_LIFETIME": "14d"}
	settings, err := config.Read(func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	})
	fmt.Println(settings.TokenLimits.Lifetime, err)
	// Output: 336h0m0s <nil>
}
