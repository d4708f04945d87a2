package apply

import "time"

// body is the whole file. The tags are the documented format.
type body struct {
	Organizations []organization `yaml:"organizations"`
}

type organization struct {
	ID          string      `yaml:"id"`
	Name        string      `yaml:"name"`
	Directories []directory `yaml:"directories"`
}

type directory struct {
	ID           string        `yaml:"id"`
	Name         string        `yaml:"name"`
	Applications []application `yaml:"applications"`
	Users        []user        `yaml:"users"`
}

type application struct {
	ID       string    `yaml:"id"`
	Name     string    `yaml:"name"`
	Number   int64     `yaml:"number"`
	LogoURL  string    `yaml:"logo_url"`
	Settings *settings `yaml:"settings"`
	Authy    *authy    `yaml:"authy"`
}

// settings are the application's switches; what is left out keeps its default.
type settings struct {
	SMS         *bool `yaml:"sms"`
	Voice       *bool `yaml:"voice"`
	Email       *bool `yaml:"email"`
	Approvals   *bool `yaml:"approvals"`
	GenericTOTP *bool `yaml:"generic_totp"`
	CustomCodes *bool `yaml:"custom_codes"`
	PassThrough *bool `yaml:"pass_through"`
	LockOnBan   *bool `yaml:"lock_on_ban"`
	TestMode    *bool `yaml:"test_mode"`
	CodeDigits  int   `yaml:"code_digits"`
}

type authy struct {
	APIKey         string   `yaml:"api_key"`
	APIKeys        []string `yaml:"api_keys"`
	AccessKey      string   `yaml:"access_key"`
	SigningKey     string   `yaml:"signing_key"`
	AppID          int64    `yaml:"app_id"`
	CallbackURL    string   `yaml:"callback_url"`
	CallbackMethod string   `yaml:"callback_method"`
	Plan           string   `yaml:"plan"`
}

type user struct {
	AuthyID int64    `yaml:"authy_id"`
	Alias   string   `yaml:"alias"`
	Email   string   `yaml:"email"`
	Emails  []string `yaml:"emails"`
	Phone   string   `yaml:"phone"`
	Locale  string   `yaml:"locale"`
	TOTP    *totp    `yaml:"totp"`
}

type totp struct {
	Secret    string    `yaml:"secret"`
	Digits    int       `yaml:"digits"`
	Period    int       `yaml:"period"`
	Algorithm string    `yaml:"algorithm"`
	Check     string    `yaml:"check"`
	CheckAt   time.Time `yaml:"check_at"`
}
