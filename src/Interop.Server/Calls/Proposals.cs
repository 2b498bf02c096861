using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Settings;

namespace Interop.Server.Calls;

/// <summary>
/// What a screening recommends as ServiceRequests of the intent <c>proposal</c>: nobody is sent by them. Who decides writes an order,
/// <c>basedOn</c> the proposal where it follows it.
/// </summary>
internal sealed class Proposals(InteropSettings settings, Secrets secrets)
{
    /// <summary>The proposal for each response model; its id follows from the screening's.</summary>
    public Func<string, ResourceKey> KeysOf(ResourceKey screening) =>
        model => new("ServiceRequest", NameBasedId.Of(secrets.Key.Span, $"proposal|{screening}|{model}"));

    /// <summary>Stores what is recommended, and takes back what no longer is.</summary>
    public void Store(GuardedTransaction transaction, ResourceKey key, Screening screening, ScreeningTable table)
    {
        var isError = screening.Status == "entered-in-error";
        var rule = table.Decide(screening.Answers);
        foreach (var model in ResponseModels.All)
        {
            var proposal = KeysOf(key)(model);
            var stored = transaction.BytesOf(proposal);
            var isSent = !isError && rule.Send.Contains(model);
            var status = isSent ? "active" : isError ? "entered-in-error" : "revoked";
            if (isSent && stored is null)
            {
                transaction.Store(proposal, settings.Custodian, Of(proposal, key, screening, model, $"{table.Canonical}#{rule.Name}",
                    transaction.Instant));
            }
            else if (stored is { } known && TopLevel.Text(known.Span, "status") is var was && was != status
                && (was == "active" || status == "active" || isError))
            {
                transaction.Store(
                    proposal, settings.Custodian, TopLevel.Replace(known.Span, "status", [(byte)'"', .. Utf8(status), (byte)'"']));
            }
        }
    }

    private byte[] Of(ResourceKey proposal, ResourceKey key, Screening screening, string model, string rule, long instant) =>
        MappedResource.Of(new ServiceRequest
        {
            Id = proposal.Id,
            InstantiatesUri = [rule],
            Status = RequestStatus.Active,
            Intent = RequestIntent.Proposal,
            Code = new(ResponseModels.CodeSystem, model),
            Subject = screening.Subject!.Value.ToReference(),
            Encounter = screening.Encounter!.Value.ToReference(),
            AuthoredOn = Instants.ToDateTimeOffset(instant).ToDateTimeText(),
            Requester = new($"Organization/{settings.Custodian}"),
            SupportingInfo = [key.ToReference()],
        }).Json;

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
