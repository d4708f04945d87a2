package authsignal_test

import (
	"strings"
	"testing"
)

func TestAThemeIsMergedAndComesBack(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.wants("empty", m.ok("GET", "theme", ""), object{"name": "shop", "darkMode": object{}})
		m.ok("PATCH", "theme", `{"name":"Corner","logoUrl":"https://shop.example/logo.svg","primaryColor":"#0d6b53","colors":{"link":"#123","hover":"#11223344"},
			"borders":{"cardBorderRadius":12},"container":{"contentAlignment":"center","exitPosition":"top","logoHeight":40},"links":{"underline":true},
			"typography":{"text":{"faces":[{"url":"https://shop.example/a.woff2","weight":400},{"url":"https://shop.example/b.woff2","weight":"100 900"}]}},
			"darkMode":{"primaryColor":"#63d2ae","container":{"padding":8}},"madeUp":{"x":1}}`)
		m.ok("PATCH", "theme", `{"colors":{"link":null,"icon":"#abcdef"},"logoUrl":null,"shadows":{"enabled":false}}`)
		m.wants("merged", m.ok("GET", "theme", ""), object{
			"name": "Corner", "primaryColor": "#0d6b53", "colors": object{"hover": "#11223344", "icon": "#abcdef"}, "borders": object{"cardBorderRadius": 12},
			"container": object{"contentAlignment": "center", "exitPosition": "top", "logoHeight": 40}, "links": object{"underline": true},
			"shadows": object{"enabled": false},
			"typography": object{"text": object{"faces": []object{
				{"url": "https://shop.example/a.woff2", "weight": 400}, {"url": "https://shop.example/b.woff2", "weight": "100 900"},
			}}},
			"darkMode": object{"primaryColor": "#63d2ae", "container": object{"padding": 8}},
		})
	})
}

func TestNothingOfAThemeReachesAStyleSheetUnchecked(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		seventh := strings.TrimSuffix(strings.Repeat(`{"url":"https://shop.example/a.woff2"},`, 7), ",")
		for body, says := range map[string]string{
			`{"primaryColor":"red"}`:                                                         "primaryColor is a colour",
			`{"primaryColor":"#fff;}body{display:none"}`:                                     "primaryColor is a colour",
			`{"primaryColor":"#ffff"}`:                                                       "primaryColor is a colour",
			`{"primaryColor":["#fff"]}`:                                                      "primaryColor is a colour",
			`{"colors":{"link":"url(https://evil.example)"}}`:                                "colors.link is a colour",
			`{"colors":"#fff"}`:                                                              "colors is an object",
			`{"darkMode":{"colors":{"link":"expression(1)"}}}`:                               "darkMode.colors.link is a colour",
			`{"logoUrl":"javascript:alert(1)"}`:                                              "logoUrl is an https address",
			`{"logoUrl":"http://shop.example/a.png"}`:                                        "logoUrl is an https address",
			`{"logoUrl":"data:image/svg+xml,<svg/>"}`:                                        "logoUrl is an https address",
			`{"logoUrl":"https://user:pw@shop.example/"}`:                                    "logoUrl is an https address",
			`{"faviconUrl":"https://shop.example/\"onerror=alert(1)"}`:                       "faviconUrl is an https address",
			`{"pageBackground":{"backgroundImageUrl":"https://a.b/x)y"}}`:                    "pageBackground.backgroundImageUrl is an https address",
			`{"borders":{"cardBorderRadius":"1px;x"}}`:                                       "borders.cardBorderRadius is a whole number",
			`{"borders":{"cardBorderRadius":-1}}`:                                            "borders.cardBorderRadius is a whole number",
			`{"borders":{"cardBorderRadius":1e9}}`:                                           "borders.cardBorderRadius is a whole number",
			`{"container":{"contentAlignment":"middle"}}`:                                    "left, center, right",
			`{"typography":{"text":{"faces":[{"weight":400}]}}}`:                             "faces[0].url is missing",
			`{"typography":{"text":{"faces":[` + seventh + `]}}}`:                            "at most six",
			`{"typography":{"text":{"faces":[{"url":"https://a.b/c","weight":"900 100"}]}}}`: "a range such as",
			`{"typography":{"text":{"faces":[{"url":"https://a.b/c","weight":0}]}}}`:         "a number from 1 to 1000",
			`{"darkMode":{"typography":{}}}`:                                                 "darkMode.typography is the same in light and dark",
			`{"darkMode":{"links":{"underline":true}}}`:                                      "darkMode.links is the same",
			`{"darkMode":{"shadows":{"enabled":true}}}`:                                      "darkMode.shadows is the same",
			`{"darkMode":{"container":{"exitPosition":"top"}}}`:                              "darkMode.container.exitPosition is the same",
			`{"name":"a\u202eb"}`:                                                            "characters that can be shown",
			`[]`:                                                                             "not a JSON object",
		} {
			m.refused(400, "invalid_request", says, "PATCH", "theme", body)
		}
		m.wants("nothing was kept", m.ok("GET", "theme", ""), object{"name": "shop", "darkMode": object{}})
	})
}

func TestWordsAreReplacedWholeAndHeldToTheCatalog(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		catalog := m.ok("GET", "message_overrides/catalog", "")
		points, _ := catalog["points"].([]any)
		if catalog["catalogVersion"] == nil || len(points) == 0 || len(catalog["screens"].([]any)) == 0 {
			m.Fatalf("the catalog is %v", catalog)
		}
		first, second := points[0].(object), points[1].(object)
		one, two := first["publicId"].(string), second["publicId"].(string)
		if first["defaultCopy"].(object)["de"] == "" || first["maxLength"] == nil || first["allowedPlaceholders"] == nil || first["allowedTags"] == nil {
			m.Errorf("a point is %v", first)
		}
		m.wants("none", m.ok("GET", "message-overrides", ""), object{"messageOverrides": object{}})
		m.ok("PATCH", "message-overrides", `{"messageOverrides":{"en":{"`+one+`":"One <b>&</b>"},"de":{"`+one+`":"Eins"}}}`)
		m.ok("PATCH", "message-overrides", `{"messageOverrides":{"en":{"`+two+`":"Two"}}}`)
		m.wants("replaced", m.ok("GET", "message-overrides", ""), object{"messageOverrides": object{"en": object{two: "Two"}}})
		for body, says := range map[string]string{
			`{}`: "missing", `{"messageOverrides":[]}`: "is written", `{"messageOverrides":{"en":{"no.such":"x"}}}`: "no text no.such",
			`{"messageOverrides":{"xx":{}}}`: "no locale xx", `{"messageOverrides":{"en":{"` + one + `":"{secret}"}}}`: "no value {secret}",
			`{"messageOverrides":{"en":{"` + one + `":"a\u202eb"}}}`:                         "cannot be shown",
			`{"messageOverrides":{"en":{"` + one + `":"` + strings.Repeat("x", 501) + `"}}}`: "500 characters",
		} {
			m.refused(400, "invalid_request", says, "PATCH", "message-overrides", body)
		}
		m.ok("PATCH", "message-overrides", `{"messageOverrides":null}`)
		m.wants("cleared", m.ok("GET", "message-overrides", ""), object{"messageOverrides": object{}})
	})
}
