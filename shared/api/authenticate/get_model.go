package authenticate

import (
	"net/http"

	"systole/shared/api"
)

// Sentences of get_model.
var (
	modelFound   = api.Sentence{KO: "등록된 심전도가 있습니다.", EN: "There is an ECG on record for you."}
	modelMissing = api.Sentence{KO: "등록된 심전도가 없습니다. 먼저 심전도를 등록해 주세요.", EN: "There is no ECG on record for you. Please enrol first."}
)

// GetModel is the route at which the app asks whether there is a model: HasModel
// with a sentence for an answer.
func GetModel(references References) api.Route {
	return api.Route{
		Path:    api.PathGetModel,
		Methods: map[string]api.Handler{http.MethodGet: api.Authorized(getModel(references))},
	}
}

type toldOutcome struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
}

func getModel(references References) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		has, err := references.Has(r.Context(), r.Token)
		if err != nil {
			return err
		}
		if !has {
			return api.JSON(w, http.StatusOK, toldOutcome{http.StatusBadRequest, api.Say(w, r.Request, modelMissing)})
		}
		return api.JSON(w, http.StatusOK, toldOutcome{http.StatusOK, api.Say(w, r.Request, modelFound)})
	}
}
