package authy_test

import "github.com/twinseal/twinseal/client/authy"

func dashboardKeys() authy.DashboardKeys {
	return authy.DashboardKeys{AppAPIKey: "app-key", AccessKey: "access-key", SigningKey: "signing-key"}
}
