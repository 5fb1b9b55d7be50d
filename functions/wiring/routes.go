package wiring

import (
	"systole/shared/account"
	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/api/handoff"
	"systole/shared/api/members"
	"systole/shared/api/openid"
	"systole/shared/biometric"
)

// Routes returns all routes below. Those of package protocol are not among them:
// they link a library that few functions need.
func (p Parts) Routes() []api.Route {
	checks := p.Checks() // one, so that its Parallel bounds both routes together
	return []api.Route{
		p.Create(), p.LogIn(), p.LogOut(), p.Password(), p.RecoveryCodes(), p.Recover(), p.SessionList(), p.EndSession(), p.Activity(), p.Consent(), p.Export(),
		p.DeleteAccount(), authenticate.MakeModel(checks), authenticate.CheckUser(checks, p.Assertions, p.Config.Issuer), p.HasModel(), p.GetModel(),
		p.DeleteModel(), p.Challenge(), p.UploadPlaces(), p.PublicKeys(),
		p.Configuration(), p.HandOff(), p.TakeHandOff(), p.Flow(), p.FlowPassword(), openid.Heart(p.Provider(), checks, p.OpenID()), p.UserInfo(),
	}
}

// Create is sign-up. It needs Members, Sessions and Hasher.
func (p Parts) Create() api.Route { return members.Create(p.People()) }

// LogIn needs Members, Sessions and Hasher.
func (p Parts) LogIn() api.Route { return members.LogIn(p.People(), p.Now) }

// LogOut needs Sessions.
func (p Parts) LogOut() api.Route { return members.LogOut(p.Tokens()) }

// Password changes a password. It needs Members, Sessions and Hasher.
func (p Parts) Password() api.Route { return members.Password(p.People()) }

// RecoveryCodes needs Members, Sessions and Hasher.
func (p Parts) RecoveryCodes() api.Route { return members.RecoveryCodes(p.People()) }

// Recover needs Members, Sessions and Hasher.
func (p Parts) Recover() api.Route { return members.Recover(p.People()) }

// HandOff needs Members, Sessions and Grants.
func (p Parts) HandOff() api.Route { return handoff.HandOff(p.HandOffs()) }

// TakeHandOff needs Members, Sessions and Grants.
func (p Parts) TakeHandOff() api.Route { return handoff.Take(p.HandOffs()) }

// EndSession needs Members and Sessions.
func (p Parts) EndSession() api.Route { return members.EndSession(p.People()) }

// SessionList needs Members and Sessions.
func (p Parts) SessionList() api.Route { return members.SessionList(p.People()) }

// Activity needs Members and Sessions.
func (p Parts) Activity() api.Route { return members.Activity(p.People()) }

// Consent needs Members, Sessions, Objects and Keys.
func (p Parts) Consent() api.Route {
	return members.Consent(p.People(), p.Accounts(), p.Config.ConsentRequired)
}

// Export needs Members, Sessions and Objects.
func (p Parts) Export() api.Route { return members.Export(p.Accounts()) }

// DeleteAccount needs Members, Sessions, Objects and Hasher.
func (p Parts) DeleteAccount() api.Route {
	return members.Delete(account.NewDeletions(p.Accounts(), p.People()))
}

// MakeModel needs Members, Sessions, Objects, Keys and Engine.
func (p Parts) MakeModel() api.Route { return authenticate.MakeModel(p.Checks()) }

// CheckUser needs Members, Sessions, Objects, Keys, Engine and Assertions.
func (p Parts) CheckUser() api.Route {
	return authenticate.CheckUser(p.Checks(), p.Assertions, p.Config.Issuer)
}

// HasModel needs Members and Sessions.
func (p Parts) HasModel() api.Route {
	return authenticate.HasModel(biometric.NewReferences(p.Members, p.Tokens()))
}

// GetModel needs Members and Sessions.
func (p Parts) GetModel() api.Route {
	return authenticate.GetModel(biometric.NewReferences(p.Members, p.Tokens()))
}

// DeleteModel needs Members, Sessions, Objects, Keys and Engine.
func (p Parts) DeleteModel() api.Route {
	return authenticate.DeleteModel(biometric.NewRemoval(p.Deletion(), p.Checks()))
}

// Challenge needs Members and Sessions.
func (p Parts) Challenge() api.Route { return authenticate.Challenge(p.People()) }

// UploadPlaces needs Members, Sessions and Uploads.
func (p Parts) UploadPlaces() api.Route {
	return authenticate.Uploads(biometric.NewUploads(p.Tokens(), p.Members, p.Uploads, p.Now, p.Random))
}

// PublicKeys needs KeySet.
func (p Parts) PublicKeys() api.Route { return openid.Keys(p.KeySet) }

// Configuration needs nothing.
func (p Parts) Configuration() api.Route { return openid.Configuration(p.OpenID()) }

// Flow needs Members, Sessions and Grants.
func (p Parts) Flow() api.Route {
	return openid.Flow(p.Provider(), p.People(), p.HandOffs(), p.OpenID())
}

// FlowPassword needs Members, Sessions, Grants and Hasher.
func (p Parts) FlowPassword() api.Route {
	return openid.Password(p.Provider(), p.People(), p.Tokens(), p.OpenID())
}

// FlowHeart needs Members, Sessions, Grants, Objects, Keys and Engine.
func (p Parts) FlowHeart() api.Route { return openid.Heart(p.Provider(), p.Checks(), p.OpenID()) }

// UserInfo needs Members, Sessions and Grants.
func (p Parts) UserInfo() api.Route { return openid.UserInfo(p.Provider()) }
