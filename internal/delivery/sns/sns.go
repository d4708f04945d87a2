// Package sns sends text messages through Amazon SNS, straight to a phone number.
package sns

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	service "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is an account at Amazon Web Services that may call sns:Publish.
type Config struct {
	Region       string // eu-west-1
	AccessKey    string // AKIA…
	SecretKey    mfa.Secret
	SessionToken mfa.Secret // of temporary keys; empty otherwise
	// SenderID is shown as the sender where the country allows it: up to 11 letters and digits.
	SenderID string
	// BaseURL takes the place of Amazon's address for the region; "" for Amazon itself.
	BaseURL string
}

const (
	provider = "sns"
	// maxSender is what a phone shows.
	maxSender = 11
	// maxText is Amazon's limit in bytes; beyond it the request is refused.
	maxText = 1600
)

// Check says what is wrong with the configuration.
func (c Config) Check() error {
	switch {
	case c.Region == "" || strings.ContainsAny(c.Region, "./:@ "):
		return errors.New("sns: region is missing or not one such as eu-west-1")
	case c.AccessKey == "" || c.SecretKey.Empty():
		return errors.New("sns: access_key and secret_key are needed: make them for a user that may call sns:Publish")
	case len(c.SenderID) > maxSender || strings.ContainsAny(c.SenderID, " \t\r\n"):
		return fmt.Errorf("sns: sender_id must have at most %d letters and digits", maxSender)
	case c.BaseURL != "":
		return delivery.CheckAddress("sns: base_url", c.BaseURL, false)
	}
	return nil
}

// Sender sends by SMS.
type Sender struct {
	config Config
	client *service.Client
}

// New checks the configuration. A nil client means [delivery.Client].
func New(c Config, client *http.Client) (*Sender, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if client == nil {
		client = delivery.Client()
	}
	options := service.Options{
		Region:      c.Region,
		HTTPClient:  client,
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, string(c.SecretKey.Reveal()), string(c.SessionToken.Reveal())),
		// The outbox tries again, and shows it.
		Retryer: aws.NopRetryer{},
	}
	if c.BaseURL != "" {
		options.BaseEndpoint = aws.String(c.BaseURL)
	}
	return &Sender{config: c, client: service.New(options)}, nil
}

// Send publishes the message; the reference is Amazon's message id.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.Channel != mfa.ChannelSMS || m.To == "" {
		return "", delivery.Unsuitable(provider, "it carries sms to a number and nothing else")
	}
	out, err := s.client.Publish(ctx, &service.PublishInput{
		PhoneNumber: aws.String(m.To), Message: aws.String(shorten(m.Text)), MessageAttributes: s.attributes(),
	})
	if err != nil {
		return "", judge(err)
	}
	if id := aws.ToString(out.MessageId); id != "" {
		return id, nil
	}
	return "taken", nil
}

// attributes ask for the route that is meant for codes: dearer, faster, not held back at night.
func (s *Sender) attributes() map[string]types.MessageAttributeValue {
	attributes := map[string]types.MessageAttributeValue{"AWS.SNS.SMS.SMSType": text("Transactional")}
	if s.config.SenderID != "" {
		attributes["AWS.SNS.SMS.SenderID"] = text(s.config.SenderID)
	}
	return attributes
}

func text(value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
}

func shorten(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

// throttled are refusals of Amazon's with status 400 that pass.
var throttled = map[string]bool{"Throttling": true, "ThrottlingException": true, "Throttled": true, "RequestLimitExceeded": true, "RequestExpired": true}

// judge keeps Amazon's error code and drops its words, which repeat the number.
func judge(err error) error {
	status := 0
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		status = e.HTTPStatusCode()
	}
	if status >= http.StatusOK && status < http.StatusMultipleChoices {
		return nil
	}
	code := ""
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		code = e.ErrorCode()
	}
	switch {
	case throttled[code]:
		return fmt.Errorf("%s answered %d, error %s", provider, status, code)
	case status != 0:
		return delivery.Refusal(provider, status, code)
	}
	return fmt.Errorf("%s could not be reached: %w", provider, rootOf(err))
}

// rootOf finds what went wrong below the library, which names addresses on the way.
func rootOf(err error) error {
	if e, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		err = e.Err
	}
	return delivery.WithoutAddress(err)
}
