package app

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
)

// Config is everything an operator may set. Flags win over the environment, the environment over the
// file. Every setting may be left out; an empty Config serves an embedded database in ./data on loopback.
type Config struct {
	Data      string   `yaml:"data" env:"DATA"`             // directory of the embedded database and the master key
	Database  string   `yaml:"database" env:"DATABASE"`     // postgres://… instead of the embedded database
	Listen    string   `yaml:"listen" env:"LISTEN"`         // address:port
	PublicURL string   `yaml:"public_url" env:"PUBLIC_URL"` // how people and devices reach the server
	BaseURLs  []string `yaml:"base_urls" env:"BASE_URLS"`   // further addresses of the server, against which signed requests are checked too
	Apply     string   `yaml:"apply" env:"APPLY"`           // apply file to bring in before serving
	Sandbox   bool     `yaml:"sandbox" env:"SANDBOX"`       // for tests: keeps messages in an inbox and lets anybody set the clock
	Demo      bool     `yaml:"-" env:"-"`                   // the sample bank; needs Sandbox
	MasterKey string   `yaml:"master_key" env:"MASTER_KEY"` // file:PATH, env:NAME or command:LINE
	Version   string   `yaml:"-" env:"-"`                   // of the program, for people to read
	// AuthenticatorServers are other servers like this one: their accounts may be linked in this one's authenticator.
	AuthenticatorServers []string `yaml:"authenticator_servers" env:"AUTHENTICATOR_SERVERS"`
	// PasskeyRoots is a file of certificates (PEM): the makers of authenticators whose attestations are believed.
	PasskeyRoots string `yaml:"passkey_roots" env:"PASSKEY_ROOTS"`

	// What addresses tell: databases in MaxMind's format, lists of networks as name=FILE, and the countries that count
	// as embargoed (nil: those of the OFAC).
	Places       []string `yaml:"places" env:"PLACES"`
	NetworkLists []string `yaml:"network_lists" env:"NETWORK_LISTS"`
	Embargoed    []string `yaml:"embargoed" env:"EMBARGOED"`

	ProxyHeader    string   `yaml:"proxy_header" env:"PROXY_HEADER"`
	TrustedProxies []string `yaml:"trusted_proxies" env:"TRUSTED_PROXIES"`
	LogFormat      string   `yaml:"log_format" env:"LOG_FORMAT"` // text or json
	LogLevel       string   `yaml:"log_level" env:"LOG_LEVEL"`   // debug, info, warn, error
	OTLPEndpoint   string   `yaml:"otlp_endpoint" env:"OTLP_ENDPOINT"`

	Mail   MailConfig   `yaml:"mail" envPrefix:"MAIL_"`
	Twilio TwilioConfig `yaml:"twilio" envPrefix:"TWILIO_"`
	SNS    SNSConfig    `yaml:"sns" envPrefix:"SNS_"`
	Hook   HookConfig   `yaml:"hook" envPrefix:"HOOK_"`
	Push   PushConfig   `yaml:"push" envPrefix:"PUSH_"`
	// SMSBy and VoiceBy name the providers to try in order: twilio, sns, hook.
	SMSBy   []string `yaml:"sms_by" env:"SMS_BY"`
	VoiceBy []string `yaml:"voice_by" env:"VOICE_BY"`
}

// MailConfig reaches an SMTP server; an empty Host sends no mail.
type MailConfig struct {
	Host     string `yaml:"host" env:"HOST"`
	Port     int    `yaml:"port" env:"PORT"`
	Username string `yaml:"username" env:"USERNAME"`
	Password string `yaml:"password" env:"PASSWORD"`
	From     string `yaml:"from" env:"FROM"`
	TLS      string `yaml:"tls" env:"TLS"` // starttls (the default), tls, opportunistic, none
}

// TwilioConfig reaches Twilio; an empty AccountSID uses it for nothing.
type TwilioConfig struct {
	AccountSID string `yaml:"account_sid" env:"ACCOUNT_SID"`
	AuthToken  string `yaml:"auth_token" env:"AUTH_TOKEN"`
	APIKey     string `yaml:"api_key" env:"API_KEY"` // SK…, when auth_token is its secret
	From       string `yaml:"from" env:"FROM"`
	BaseURL    string `yaml:"base_url" env:"BASE_URL"`
}

// SNSConfig reaches Amazon SNS; an empty Region uses it for nothing.
type SNSConfig struct {
	Region    string `yaml:"region" env:"REGION"`
	AccessKey string `yaml:"access_key" env:"ACCESS_KEY"`
	SecretKey string `yaml:"secret_key" env:"SECRET_KEY"`
	Session   string `yaml:"session_token" env:"SESSION_TOKEN"`
	SenderID  string `yaml:"sender_id" env:"SENDER_ID"`
	BaseURL   string `yaml:"base_url" env:"BASE_URL"`
}

// HookConfig reaches any other provider by HTTP; an empty URL uses it for nothing.
type HookConfig struct {
	URL         string            `yaml:"url" env:"URL"`
	Method      string            `yaml:"method" env:"METHOD"`
	ContentType string            `yaml:"content_type" env:"CONTENT_TYPE"`
	Headers     map[string]string `yaml:"headers" env:"HEADERS"`
	Username    string            `yaml:"username" env:"USERNAME"`
	Password    string            `yaml:"password" env:"PASSWORD"`
	Body        string            `yaml:"body" env:"BODY"`
	Success     string            `yaml:"success" env:"SUCCESS"`
	Retry       string            `yaml:"retry" env:"RETRY"`
	Reference   string            `yaml:"reference" env:"REFERENCE"`
	AllowPlain  bool              `yaml:"allow_plain" env:"ALLOW_PLAIN"`
	Secret      string            `yaml:"secret" env:"SECRET"`
}

// PushConfig names whom push services may write to about this server.
type PushConfig struct {
	Contact string `yaml:"contact" env:"CONTACT"` // a mail address; "" sends no Web Push
}

// EnvPrefix begins the name of every variable that configures the server.
const EnvPrefix = "TWINSEAL_"

// maxConfigFile is more than any configuration needs.
const maxConfigFile = 1 << 20

// LoadConfig reads the file (if any) and the environment over it. Unknown settings are errors.
func LoadConfig(file string) (Config, error) {
	var c Config
	if file != "" {
		if err := c.readFile(file); err != nil {
			return c, err
		}
	}
	if err := env.ParseWithOptions(&c, env.Options{Prefix: EnvPrefix}); err != nil {
		return c, fmt.Errorf("environment: %s", withoutValues(err))
	}
	return c, nil
}

// checkAuthenticatorServers holds them to origins, because they become part of a page's policy.
func (c *Config) checkAuthenticatorServers() error {
	for i, server := range c.AuthenticatorServers {
		u, err := url.Parse(server)
		if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(u.Host, " ;,'\"*") || server != u.Scheme+"://"+u.Host {
			return fmt.Errorf("authenticator_servers: entry %d must be an https origin such as https://mfa.example.com, without a path", i+1)
		}
	}
	return nil
}

// withoutValues says which settings the environment gives wrongly, and not as what, because values are secrets.
func withoutValues(err error) string {
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return "a variable cannot be read"
	}
	var said []string
	for _, one := range all.Errors {
		if wrong, ok := errors.AsType[env.ParseError](one); ok {
			said = append(said, fmt.Sprintf("the variable for %s is not a %s", wrong.Name, wrong.Type))
		}
	}
	return strings.Join(said, ", ")
}

func (c *Config) readFile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if len(text) > maxConfigFile {
		return fmt.Errorf("configuration %s is larger than a megabyte; is it the right file?", file)
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(c); err != nil {
		return fmt.Errorf("configuration %s: %s", file, yaml.FormatError(err, false, false)) // lines hold secrets
	}
	return nil
}

// Finish fills in what was left out and refuses what cannot work.
func (c *Config) Finish() error {
	if c.Data == "" {
		c.Data = c.defaultData()
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q must be an address and a port such as 127.0.0.1:8080", c.Listen)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1" // every address of this machine, this one included
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	return errors.Join(c.checkURL(), c.checkAuthenticatorServers(), c.checkDatabase(), c.checkSandbox())
}

// defaultData is ./data for an embedded database. Beside a PostgreSQL the directory holds the master key
// alone, which must not depend on where the server was started.
func (c *Config) defaultData() string {
	if c.Database != "" {
		if dir, err := os.UserConfigDir(); err == nil {
			return filepath.Join(dir, "twinseal")
		}
	}
	return "data"
}

func (c *Config) checkURL() error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--public-url %q must be an address such as https://mfa.example.com", c.PublicURL)
	}
	return nil
}

func (c *Config) checkDatabase() error {
	if c.Database == "" || strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://") {
		return nil
	}
	return errors.New("--database must be a PostgreSQL address such as postgres://user@host/name; leave it out for the embedded database")
}

// checkSandbox keeps the sandbox away from production: providers cost money and reach people, and a
// server that has them is no test.
func (c *Config) checkSandbox() error {
	if !c.Sandbox || c.Mail.Host == "" && c.Twilio.AccountSID == "" && c.SNS.Region == "" && c.Hook.URL == "" {
		return nil
	}
	return errors.New("--sandbox and a provider of mail or messages exclude each other: the sandbox lets anybody read codes and set the clock. Remove one of them")
}
