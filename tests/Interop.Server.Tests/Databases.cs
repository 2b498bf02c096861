using Interop.Server.Tests.Accountability;
using Interop.Server.Tests.Consents;
using Interop.Server.Tests.Duplicates;
using Interop.Server.Tests.Evaluators;
using Interop.Server.Tests.Exports;
using Interop.Server.Tests.FollowUp;
using Interop.Server.Tests.Guard;
using Interop.Server.Tests.Interactions;
using Interop.Server.Tests.Lists;
using Interop.Server.Tests.NonInterference;
using Interop.Server.Tests.Outcomes;
using Interop.Server.Tests.Oversight;
using Interop.Server.Tests.References;
using Interop.Server.Tests.Referrals;
using Interop.Server.Tests.Subscriptions;
using Interop.Server.Tests.Voices;

namespace Interop.Server.Tests;

// What the storage's contract can't say of PostgreSQL: who sees what over HTTP, writes that stand or fall together, what is written down,
// and text that no database should choke on. INTEROP_TEST_DATABASE=postgres runs all tests on it.
public sealed class PostgresPairedDatabaseTests : PairedDatabaseTests
{
    public PostgresPairedDatabaseTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresPairedSearchTests : PairedSearchTests
{
    public PostgresPairedSearchTests(SharedPair shared)
        : base(shared) => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresPartnerRightsTests : PartnerRightsTests
{
    public PostgresPartnerRightsTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresCaseEndTests : CaseEndTests
{
    public PostgresCaseEndTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresCompleteTrailTests : CompleteTrailTests
{
    public PostgresCompleteTrailTests(SharedScene scene)
        : base(scene) => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresTransactionTests : TransactionTests
{
    public PostgresTransactionTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFirelyClientTests : FirelyClientTests
{
    public PostgresFirelyClientTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresHostileInputTests : HostileInputTests
{
    public PostgresHostileInputTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresOddRequestTests : OddRequestTests
{
    public PostgresOddRequestTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresConditionalWriteTests : ConditionalWriteTests
{
    public PostgresConditionalWriteTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresTypeHistoryTests : TypeHistoryTests
{
    public PostgresTypeHistoryTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresEstimateTests : Searches.EstimateTests
{
    public PostgresEstimateTests(SharedScene scene)
        : base(scene) => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresCompartmentSearchTests : CompartmentSearchTests
{
    public PostgresCompartmentSearchTests(SharedScene scene)
        : base(scene) => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresExportTests : ExportTests
{
    public PostgresExportTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresViewTests : ViewTests
{
    public PostgresViewTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresAgreementAloneTests : AgreementAloneTests
{
    public PostgresAgreementAloneTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresBreakGlassTests : BreakGlassTests
{
    public PostgresBreakGlassTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFollowUpClaimTests : FollowUpClaimTests
{
    public PostgresFollowUpClaimTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresContactAttemptTests : ContactAttemptTests
{
    public PostgresContactAttemptTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFollowUpDeadlineTests : FollowUpDeadlineTests
{
    public PostgresFollowUpDeadlineTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFollowUpWishTests : FollowUpWishTests
{
    public PostgresFollowUpWishTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresSubscriptionTests : SubscriptionTests
{
    public PostgresSubscriptionTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresNotificationPairTests : NotificationPairTests
{
    public PostgresNotificationPairTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresReferralJourneyTests : ReferralJourneyTests
{
    public PostgresReferralJourneyTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresAuditEventTests : AuditEventTests
{
    public PostgresAuditEventTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresAccountingTests : AccountingTests
{
    public PostgresAccountingTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresBalpRuleTests : BalpRuleTests
{
    public PostgresBalpRuleTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresGeneratedHourTests : GeneratedHourTests
{
    public PostgresGeneratedHourTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresAgreeingAccountsTests : AgreeingAccountsTests
{
    public PostgresAgreeingAccountsTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresHsdsImportTests : ServiceDirectory.HsdsImportTests
{
    public PostgresHsdsImportTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFieldSummaryTests : Summary.FieldSummaryTests
{
    public PostgresFieldSummaryTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresSubscriptionSocketTests : SubscriptionSocketTests
{
    public PostgresSubscriptionSocketTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresForeignCentreTests : Calls.ForeignCentreTests
{
    public PostgresForeignCentreTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresDeletionTests : DeletionTests
{
    public PostgresDeletionTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresManySubscribersTests : ManySubscribersTests
{
    public PostgresManySubscribersTests(Xunit.Abstractions.ITestOutputHelper output)
        : base(output) => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresInstrumentTests : Calls.InstrumentTests
{
    public PostgresInstrumentTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresConsultationTests : Calls.ConsultationTests
{
    public PostgresConsultationTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresThreatDisclosureTests : Summary.ThreatDisclosureTests
{
    public PostgresThreatDisclosureTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresReferralBasisTests : ReferralBasisTests
{
    public PostgresReferralBasisTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresIndividualTests : Security.IndividualTests
{
    public PostgresIndividualTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresTokenTextTests : Searches.TokenTextTests
{
    public PostgresTokenTextTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresXmlTests : Xml.XmlTests
{
    public PostgresXmlTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresGuideParameterTests : Searches.GuideParameterTests
{
    public PostgresGuideParameterTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresCollectDataTests : Measures.CollectDataTests
{
    public PostgresCollectDataTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresMeasureReportTests : Measures.MeasureReportTests
{
    public PostgresMeasureReportTests() => ServerDatabase.Kind = DatabaseKind.Postgres;

    protected override int Months => 6;
}

public sealed class PostgresPublishedReportsTests : Transparency.PublishedReportsTests
{
    public PostgresPublishedReportsTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresOutcomeTests : OutcomeTests
{
    public PostgresOutcomeTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresDuplicateTests : DuplicateTests
{
    public PostgresDuplicateTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresEvaluatorTests : EvaluatorTests
{
    public PostgresEvaluatorTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresLimitedPairTests : LimitedPairTests
{
    public PostgresLimitedPairTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresVoiceTests : VoiceTests
{
    public PostgresVoiceTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresPredictionTests : EarlyIntervention.PredictionTests
{
    public PostgresPredictionTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresDraftChannelTests : EarlyIntervention.DraftChannelTests
{
    public PostgresDraftChannelTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresKillSwitchTests : EarlyIntervention.KillSwitchTests
{
    public PostgresKillSwitchTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresFileConsentTests : FileConsentTests
{
    public PostgresFileConsentTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresRevokeConsentTests : RevokeConsentTests
{
    public PostgresRevokeConsentTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresPreviewConsentTests : PreviewConsentTests
{
    public PostgresPreviewConsentTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresOversightListTests : OversightListTests
{
    public PostgresOversightListTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresRelabellingTests : RelabellingTests
{
    public PostgresRelabellingTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}

public sealed class PostgresUnclearRefusalTests : UnclearRefusalTests
{
    public PostgresUnclearRefusalTests() => ServerDatabase.Kind = DatabaseKind.Postgres;
}
