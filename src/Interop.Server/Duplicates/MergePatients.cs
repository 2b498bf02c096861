using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Bundles;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Duplicates;

/// <summary>
/// <c>POST /fhir/Patient/$merge</c>, as R5 drafts it (https://hl7.org/fhir/R5/patient-operation-merge.html): Parameters with
/// <c>source-patient</c> and <c>target-patient</c>, References. The source is not used any more and says which record replaces it. Nothing
/// moves from one to the other, so that no consent is stretched over what it was not given for. <c>Patient/$unmerge</c> takes the same and
/// undoes it.
/// </summary>
internal static class MergePatients
{
    private const string Source = "source-patient";
    private const string Target = "target-patient";

    public static void Map(FhirRoutes fhir)
    {
        fhir.Post("/Patient/$merge", FhirInteraction.Operation, MergeAsync);
        fhir.Post("/Patient/$unmerge", FhirInteraction.Operation, UnmergeAsync);
    }

    private static Task<IResult> MergeAsync(
        Caller caller, HttpRequest request, Filing filing, InteropSettings settings, CancellationToken cancellationToken) =>
        ChangeAsync(caller, request, filing, settings, Replaced, Replacing, "The records are linked: the target replaces the source.",
            cancellationToken);

    private static Task<IResult> UnmergeAsync(
        Caller caller, HttpRequest request, Filing filing, InteropSettings settings, CancellationToken cancellationToken) =>
        ChangeAsync(caller, request, filing, settings, InUse, Alone, "The records are two persons' again.", cancellationToken);

    /// <param name="ofSource">What becomes of the source, beside the target.</param>
    /// <param name="ofTarget">What becomes of the target, beside the source.</param>
    private static async Task<IResult> ChangeAsync(
        Caller caller,
        HttpRequest request,
        Filing filing,
        InteropSettings settings,
        Func<ReadOnlyMemory<byte>, ResourceKey, byte[]> ofSource,
        Func<ReadOnlyMemory<byte>, ResourceKey, byte[]> ofTarget,
        string done,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow(Source, Target);
        var source = ReferenceInput.Of(input, Source, "Patient", settings);
        var target = ReferenceInput.Of(input, Target, "Patient", settings);
        if (source == target)
        {
            throw Refused("The source and the target are one record.", Target);
        }

        var items = await filing.StoreAsync(
            caller,
            [
                FiledEntry.Patch(Place(Source), source, view => ofSource(view, target)),
                FiledEntry.Patch(Place(Target), target, view => ofTarget(view, source)),
            ],
            cancellationToken);
        return FhirResult.Filed(items[^1], done);
    }

    private static byte[] Replaced(ReadOnlyMemory<byte> source, ResourceKey target) =>
        PatientLinks.IsReplaced(source)
            ? throw Refused("The source is replaced already: see its link.", Source)
            : PatientLinks.With(TopLevel.Replace(source.Span, "active", "false"u8), target, PatientLinks.ReplacedBy);

    private static byte[] Replacing(ReadOnlyMemory<byte> target, ResourceKey source) =>
        PatientLinks.IsRetired(target)
            ? throw Refused("The target is not in use itself: merge into the record that replaces it.", Target)
            : PatientLinks.With(target.Span, source, PatientLinks.Replaces);

    private static byte[] InUse(ReadOnlyMemory<byte> source, ResourceKey target) =>
        PatientLinks.Of(source, PatientLinks.ReplacedBy).Contains(target)
            ? PatientLinks.Without(TopLevel.Replace(source.Span, "active", "true"u8), target, PatientLinks.ReplacedBy)
            : throw Refused("The target does not replace the source.", Source);

    private static byte[] Alone(ReadOnlyMemory<byte> target, ResourceKey source) =>
        PatientLinks.Without(target.Span, source, PatientLinks.Replaces);

    private static FhirException Refused(string text, string parameter) => new(IssueCode.BusinessRule, text, Place(parameter));

    private static string Place(string parameter) => $"Parameters.parameter.where(name='{parameter}')";
}
