package operator

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"systole/shared/provider"
)

func listClients(ctx context.Context, c call) error {
	return c.printRegistrations(ctx, func(w io.Writer, registered provider.Registrations) {
		fmt.Fprint(w, "client\tname\tfrom\tsecret\tlevel\tredirect addresses\n")
		for _, id := range slices.Sorted(maps.Keys(c.Config.Clients)) {
			c.printClient(w, c.Config.Clients[id], "settings")
		}
		for _, client := range registered.Clients {
			from := "registered"
			if _, there := c.Config.Clients[client.ID]; there {
				from = "registered, and of no use: the settings go first"
			}
			c.printClient(w, client, from)
		}
	})
}

func printRecord(ctx context.Context, c call) error {
	return c.printRegistrations(ctx, func(w io.Writer, registered provider.Registrations) {
		for _, change := range registered.Changes {
			fmt.Fprintf(w, "%s\t%s\t%s\n", moment(change.At), change.ClientID, change.Did)
		}
	})
}

// printRegistrations prints a table about the registered clients.
func (c *call) printRegistrations(ctx context.Context, print func(io.Writer, provider.Registrations)) error {
	if err := c.parse(0); err != nil {
		return err
	}
	registered, err := c.registrations(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	print(w, registered)
	return w.Flush()
}

func (c *call) registrations(ctx context.Context) (provider.Registrations, error) {
	text, err := c.Grants.Registrations(ctx)
	if err != nil {
		return provider.Registrations{}, err
	}
	return provider.ParseRegistrations(text)
}

func (c *call) printClient(w io.Writer, client provider.Client, from string) {
	secret, level := "none", "the client's to ask for"
	if client.Confidential() {
		secret = "one"
	}
	if c.Now().Before(client.FormerUntil) {
		secret = "the former one as well until " + moment(client.FormerUntil)
	}
	if client.LeastLevel() == provider.Heart {
		level = "heart"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", client.ID, client.Name, from, secret, level, strings.Join(client.RedirectURIs, " "))
}

// several defines a flag that may be repeated.
func (c *call) several(name, meaning string, to *[]string) {
	c.flags.Func(name, meaning, func(value string) error {
		*to = append(*to, value)
		return nil
	})
}

func addClient(ctx context.Context, c call) error {
	var client provider.Client
	c.flags.StringVar(&client.Name, "name", "", "the application's `name`, which people are shown")
	c.several("redirect", "an `address` that codes are sent to, compared letter by letter; may be there several times", &client.RedirectURIs)
	c.several("logout", "an `address` that people may be sent to after they have logged out; may be there several times", &client.PostLogoutRedirectURIs)
	heart := c.flags.Bool("heart", false, "insist on the heart, whatever is asked for")
	native := c.flags.Bool("native", false, "an application on the person's device, which can't keep a secret")
	if err := c.parse(1); err != nil {
		return err
	}
	client.ID = c.args[0]
	if _, there := c.Config.Clients[client.ID]; there {
		return fmt.Errorf("client %q is in the settings already", client.ID)
	}
	if *heart {
		client.DefaultLevels = []provider.Level{provider.Heart}
	}
	var secret string
	if *native {
		client.Type = "native"
	} else {
		secret = newSecret()
		client.SecretHash = provider.HashSecret(secret)
	}
	err := c.changeClients(ctx, func(r provider.Registrations) (provider.Registrations, error) { return r.Add(client, c.Now()) })
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "client_id      %s\n", client.ID)
	c.printSecret(secret)
	return nil
}

// newSecret draws a secret of 256 bits.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c *call) printSecret(secret string) {
	if secret != "" {
		fmt.Fprintf(c.out, "client_secret  %s\n\nThe secret is kept nowhere: it is shown this once.\n", secret)
	}
}

func (c *call) changeClients(ctx context.Context, change func(provider.Registrations) (provider.Registrations, error)) error {
	return provider.ChangeRegistrations(ctx, c.Grants, change)
}

func rotateClient(ctx context.Context, c call) error {
	atOnce := c.flags.Bool("now", false, "end the former secret at once, and not after a day: it is known to somebody")
	if err := c.parse(1); err != nil {
		return err
	}
	secret := newSecret()
	err := c.changeClients(ctx, func(r provider.Registrations) (provider.Registrations, error) {
		return r.Rotate(c.args[0], provider.HashSecret(secret), *atOnce, c.Now())
	})
	if err != nil {
		return err
	}
	c.printSecret(secret)
	return nil
}

func removeClient(ctx context.Context, c call) error {
	if err := c.parse(1); err != nil {
		return err
	}
	err := c.changeClients(ctx, func(r provider.Registrations) (provider.Registrations, error) { return r.Remove(c.args[0], c.Now()) })
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is removed: within a minute nobody logs in for it, and within ten nothing that it was given is good\n", c.args[0])
	return nil
}
