package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// statements are all that the package runs.
var statements = []*engine.Statement{
	listRing, addRing, lockRow, nextNumber, raiseCounter, counterValue,
	organizationByID, organizationByName, organizationsList, putOrganization,
	directoryByID, directoryByName, directoriesOf, countDirectories, putDirectory, directoryLogo, putDirectoryLogo, removeDirectoryLogo,
	applicationByID, applicationByNumber, applicationByName, applicationsOf, applicationsList,
	organizationApplications, applicationNamed, countApplications, applicationsByRP, applicationsByOrigin, addOrigin, removeOrigins, addApplication, updateApplication,
	publicKeysOf, addPublicKey, updatePublicKey, removePublicKey, sessionsOf, putSession, removeSession,
	keyByDigest, keysOf, addKey, removeKey,
	webhookByID, webhooksOf, addWebhook, removeWebhook,
	serverSecret, keepServerSecret,
	userByID, userByNumber, userByAlias, userByPhone, usersByPhone, usersCalled, userByFolded, countUsers, listUsers, addUser, updateUser,
	removeUser[0], removeUser[1], removeUser[2], removeUser[3], removeUser[4], removeUser[5], removeUser[6], removeUser[7],
	removeUser[8], removeUser[9], removeUser[10], removeUser[11], removeUserRow,
	credentialsByAlias, credentialsByFolded, holderByThumbprint,
	lockUser, lockCredentials, changeGeneration, stampGeneration,
	authenticatorByID, authenticatorsOf, authenticatorByThumbprint, addAuthenticator, advanceCounter, usePasskey, updateAuthenticator, removeAuthenticator,
	enrollmentByID, enrollmentByDigest, enrollmentByCustomID, pendingEnrollments, removeEnrollment, addEnrollment, completeEnrollment, changeEnrollment, countEnrollmentAttempt, purgeEnrollments,
	challengeByID, pendingChallenges, challengesOf, challengesBefore, addChallenge, answerChallenge, keepOutcome, cancelChallenge, markNotified, expireChallenges, cancelChallenges,
	purgeChallenges[0], purgeChallenges[1],
	receiptByChallenge, addReceipt,
	codeByID, openCodes, phoneCode, addCode, useCode, resendCode, countCodeAttempt, purgeCodes,
	appendEvent, listEvents, listChallengeEvents, countEvents,
	deliveryByID, deliveriesOf, nextDeliveryDue, dedupeDelivery, addDelivery, claimDeliveries, retryDelivery, endDelivery,
	purgeDeliveries, purgeDedupes,
	takeLimit, readLimit, purgeLimits,
	tallies, addTally, keepTally,
	inboxMessages, addInboxMessage, purgeInbox,
	spendProof, purgeProofs,
	ceremonyByID, ceremonyByChallenge, addCeremony, takeCeremony, purgeCeremonies,
	transactionByID, addTransaction, startTransaction, confirmTransaction, purgeTransactions, purgeConfirmed,
	handoffByID, handoffByDigest, countHandoffs, addHandoff, authorizeHandoff, useHandoff, removeHandoffs, purgeHandoffs,
	actionByID, actionStanding, actionByKey, actionsOf, decisionsOf, addAction, moveAction, removeActions, purgeActions,
	lockVelocities, addVelocity, updateVelocities, renewVelocity, purgeVelocity,
	configurationByCode, configurationsOf, putConfiguration, noteAction, removeConfiguration, removeRulesOf, ruleByID, rulesOf, addRule, updateRule, removeRule,
	valueListByAlias, valueListsOf, addValueList, updateValueList, removeValueList,
	dataPointByID, dataPointsOf, addDataPoint, updateDataPoint, removeDataPoint,
	profileByUser, profilesByEmail, profilesByPhone, profilesByUsername, trackedUser, putProfile,
	knownDevice, knownDevicesOf, knownDeviceByTrust, putKnownDevice, rotateTrust, removeKnownDevice, purgeKnownDevices,
	promptByID, lockPrompt, promptsOf, promptsByKey, pendingPrompts, openPrompt, promptByLookup, promptByChallenge, addPrompt, updatePrompt, answerPrompt, countPromptAttempt, resendPrompt, purgePrompts,
	grantByID, grantByAccess, grantByRefresh, addGrant, rotateGrant, revokeGrant, revokeGrants, purgeGrants,
}

// onPostgres are those that SQLite has other statements for.
var onPostgres = []*engine.Statement{spendStep}

func TestBothDatabasesUnderstandEveryStatement(t *testing.T) {
	t.Parallel()
	master, err := seal.ParseMaster("123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{
		{SQLitePath: filepath.Join(t.TempDir(), "twinseal.db"), Master: master},
		{PostgresURL: pgtest.Database(t), Master: master},
	} {
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		understood := statements
		if s.engine.Flavour() == engine.Postgres {
			understood = append(slices.Clone(statements), onPostgres...)
		}
		if err := s.engine.Check(t.Context(), understood...); err != nil {
			t.Errorf("%v: %v", s.engine.Flavour(), err)
		}
	}
}

// The list above cannot fall behind: it is as long as the source has statements.
func TestEveryStatementIsChecked(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok && holdsSQL(literal) {
				declared++
			}
			return true
		})
	}
	if checked := len(statements) + len(onPostgres); declared != checked {
		t.Errorf("%d statements are declared, %d are checked: add the new ones to the list", declared, checked)
	}
}

func holdsSQL(literal *ast.CompositeLit) bool {
	for _, e := range literal.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "SQL" {
				return true
			}
		}
	}
	return false
}
