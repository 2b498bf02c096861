using System.Text;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>The redactor with the real policy and the real extractor, and short ways to ask it.</summary>
internal static class Desk
{
    public static SourceFacts Source { get; } = new("crisis", false, true);

    public static IndexExtractor Extractor { get; } = new(SearchParameterSet.R4);

    public static Redactor Redactor { get; } = new(SharingPolicy.Default, Extractor.Extract);

    /// <summary>UTC microseconds of 2026-06-01, and of thirty days later.</summary>
    public const long Now = 1_780_272_000_000_000;

    public const long Lapses = Now + (30 * 86_400_000_000);

    public static byte[] Json(string json) => Encoding.UTF8.GetBytes(json.Replace('\'', '"'));

    public static ResourceKey KeyOf(byte[] body)
    {
        var header = ResourceJson.ReadHeader(body)!;
        return new(header.Type!, header.Id ?? "x");
    }

    public static JudgedResource Judge(byte[] body, SourceFacts? source = null) =>
        Redactor.Judge(body, source ?? Source, KeyOf(body), Now, Lapses, targets => targets.ToHashSet());

    public static SeenResource Seen(byte[] body, Tier tier, bool party = false, long labels = 0) =>
        new(KeyOf(body), 3, false, tier, party, 1_700_000_000_000_000, labels, body);

    /// <summary>The view with all references visible, or with none.</summary>
    public static Disclosure? View(byte[] body, Tier tier, bool party = false, bool references = true, string caller = "hospital",
        long labels = 0)
    {
        var seen = Seen(body, tier, party, labels);
        return Redactor.Disclose(seen, references ? Redactor.References(seen).ToHashSet() : [], caller);
    }

    public static string Text(Disclosure? disclosure) => disclosure is null ? string.Empty : Encoding.UTF8.GetString(disclosure.Body.Span);
}
