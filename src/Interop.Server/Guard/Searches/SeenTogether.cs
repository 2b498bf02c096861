using Interop.Fhir;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Searches;

/// <summary>What an operation answers with that knows the keys of what it asks for: each as its caller sees it.</summary>
internal static class SeenTogether
{
    private const int AtOnce = 500;

    /// <summary>What is seen, in the order of the keys, and the row of the trail that tells of it as of a search.</summary>
    /// <param name="target">What was called.</param>
    /// <param name="query">The caller's own words.</param>
    public static (IReadOnlyList<Disclosure> Found, AuditRow Row) Of(
        GuardedSnapshot snapshot, Sight sight, IEnumerable<ResourceKey> keys, string target, string query)
    {
        var shown = new List<SeenResource>();
        var found = new List<Disclosure>();
        foreach (var some in keys.Chunk(AtOnce))
        {
            var seen = some.Select(key => snapshot.Rows.See(key, sight)).OfType<SeenResource>().Where(one => !one.Deleted).ToList();
            foreach (var (one, disclosure) in seen.Zip(snapshot.DiscloseEach(seen, sight)))
            {
                if (disclosure is not null)
                {
                    shown.Add(one);
                    found.Add(disclosure);
                }
            }
        }

        return (found, AuditTrail.ListRow(snapshot, FhirInteraction.Operation, target, query, shown));
    }
}
