package authsignal

import "net/http"

// managementRoutes are the management API, by which consoles and descriptions of whole tenants set up what is decided and
// how people are asked. The router takes underscores for the hyphens of its first segment.
func managementRoutes() []route {
	const (
		actions    = "/management/action-configurations"
		action     = actions + "/{actionCode}"
		rules      = action + "/rules"
		rule       = rules + "/{ruleId}"
		lists      = "/management/value-lists"
		list       = lists + "/{alias}"
		points     = "/management/custom-data-points"
		point      = points + "/{id}"
		methods    = "/management/authenticator-configurations"
		tenant     = "/management/tenant"
		theme      = "/management/theme"
		words      = "/management/message-overrides"
		get, post  = http.MethodGet, http.MethodPost
		patch, del = http.MethodPatch, http.MethodDelete
	)
	return []route{
		{get, actions, byKey, (*Dialect).listConfigurations},
		{post, actions, byKey, editing((*Dialect).createConfiguration)},
		{get, action, byKey, (*Dialect).getConfiguration},
		{patch, action, byKey, editing((*Dialect).updateConfiguration)},
		{del, action, byKey, (*Dialect).removeConfiguration},
		{get, rules, byKey, (*Dialect).listRules},
		{post, rules, byKey, editing((*Dialect).createRule)},
		{get, rule, byKey, (*Dialect).getRule},
		{patch, rule, byKey, editing((*Dialect).updateRule)},
		{del, rule, byKey, (*Dialect).removeRule},
		{get, lists, byKey, (*Dialect).listValueLists},
		{post, lists, byKey, editing((*Dialect).createValueList)},
		{get, list, byKey, (*Dialect).getValueList},
		{patch, list, byKey, editing((*Dialect).updateValueList)},
		{del, list, byKey, (*Dialect).removeValueList},
		{get, points, byKey, (*Dialect).listPoints},
		{post, points, byKey, editing((*Dialect).createPoint)},
		{get, point, byKey, (*Dialect).getPoint},
		{patch, point, byKey, editing((*Dialect).updatePoint)},
		{del, point, byKey, (*Dialect).removePoint},
		{get, methods, byKey, (*Dialect).manageMethods},
		{get, methods + "/{authenticatorId}", byKey, (*Dialect).getManagedMethod},
		{post, methods + "/{authenticatorId}", byKey, editing((*Dialect).createMethod)},
		{patch, methods + "/{authenticatorId}", byKey, editing((*Dialect).manageMethod)},
		{del, methods + "/{authenticatorId}", byKey, (*Dialect).removeMethod},
		{get, tenant, byKey, (*Dialect).getTenant},
		{patch, tenant, byKey, editing((*Dialect).updateTenant)},
		{get, theme, byKey, (*Dialect).getTheme},
		{patch, theme, byKey, (*Dialect).updateTheme},
		{get, words + "/catalog", byKey, (*Dialect).getCatalog},
		{get, words, byKey, (*Dialect).getWords},
		{patch, words, byKey, editing((*Dialect).updateWords)},
	}
}
