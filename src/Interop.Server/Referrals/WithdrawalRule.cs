using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>A consent that changes so that a referral no longer rests on anything ends it, while nobody has taken it on.</summary>
internal sealed class WithdrawalRule(ReferralBasis basis, SearchQueryParser queries) : TypeRule("Consent")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if ((step.Body ?? step.Before) is not { } consent || Referral.At(consent, "patient") is not { } person)
        {
            return;
        }

        var named = Named(consent).Concat(step.Before is { } before ? Named(before) : []).ToHashSet();
        transaction.AtEnd(() =>
        {
            foreach (var task in PendingOf(transaction, person, step.Custodian))
            {
                var stored = transaction.BytesOf(task)!.Value;
                var owners = transaction.OrganizationsAt("Task", stored, "owner");
                if ((named.Count == 0 || owners.Any(named.Contains)) && basis.Missing(transaction, stored, step.Custodian).Count > 0)
                {
                    var ended = new TaskBody(stored).End(
                        "cancelled", "consent-withdrawn", "The person's consent does not cover it any more.", transaction.Instant);
                    transaction.Store(task, step.Custodian, BusinessStatus.Following(ended.Bytes));
                }
            }
        });
    }

    private IReadOnlyList<ResourceKey> PendingOf(GuardedTransaction transaction, ResourceKey person, string keeper) =>
    [
        .. transaction.Search(
                queries.ParseOwn(
                    "Task", transaction.Instant, ("patient", person.ToString()), ("status", string.Join(',', Referral.Pending))),
                Sights.OfCustodian(keeper, transaction.Instant),
                Referral.Is)
            .Select(found => found.Key)
            .Where(task => transaction.KeeperOf(task) == keeper),
    ];

    /// <summary>Ids of the organisations that a consent is about; none for all.</summary>
    private static List<string> Named(ReadOnlyMemory<byte> consent)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        var provision = document.RootElement.At("provision");
        return
        [
            .. provision.All("actor.reference").Concat(provision.All("provision.actor.reference"))
                .Select(actor => actor.OrganizationId()).OfType<string>(),
        ];
    }
}
