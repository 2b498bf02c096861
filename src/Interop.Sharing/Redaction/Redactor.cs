using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.References;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Agreements;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>The only code that removes elements: judges a resource when it is written, discloses it when it is read.</summary>
/// <param name="extract">The index extractor (<c>IndexExtractor.Extract</c>).</param>
public sealed class Redactor(SharingPolicy policy, Func<ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>> extract)
{
    // Where the scope of the consent is on which a disclosure about a patient may rest; whether it does, the label does not say. It stays
    // with what a recipient keeps.
    private const string ConsentScope =
        "{\"system\":\"https://interop.example/fhir/CodeSystem/sharing-label\",\"code\":\"CONSENT-SCOPE\",\"display\":"
        + "\"Where the patient's consent opened this, Consent?patient says to whom, for what and until when.\"}]";

    private static readonly byte[] PatientSecurity = Encoding.UTF8.GetBytes(",\"security\":[" + ConsentScope);

    // What goes on with a Part 2 record to its recipient: what it is, that it must not be passed on without consent, the notice of
    // 42 CFR 2.32(a)(2), and the scope of the consent (b).
    private static readonly byte[] Part2Security = Encoding.UTF8.GetBytes(
        ",\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"42CFRPart2\"},"
        + "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"NORDSCLCD\"},"
        + "{\"system\":\"https://interop.example/fhir/CodeSystem/sharing-label\",\"code\":\"PART2-NOTICE\","
        + "\"display\":\"42 CFR part 2 prohibits unauthorized use or disclosure of these records.\"},"
        + ConsentScope);

    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    [ThreadStatic]
    private static ViewWriter? threadWriter;

    private readonly ConcurrentDictionary<string, FactNode> facts = new(StringComparer.Ordinal);

    /// <summary>What storage must know of a valid resource to answer for it later.</summary>
    /// <param name="instant">UTC microseconds of the write: from when on a case counts that does not say when it began.</param>
    /// <param name="lapses">When an open case ends that nothing renews, UTC microseconds.</param>
    /// <param name="open">Which of some directory entries everybody sees who sees any: they are there, without labels or patient.</param>
    /// <param name="organizationOf">The organisation that a stored directory entry, such as a role, stands for.</param>
    public JudgedResource Judge(
        ReadOnlyMemory<byte> body,
        SourceFacts source,
        ResourceKey key,
        long instant,
        long lapses,
        Func<IReadOnlyCollection<ResourceKey>, IReadOnlySet<ResourceKey>> open,
        Func<ResourceKey, string?>? organizationOf = null)
    {
        var rule = policy.Tiers[key.Type];
        var references = new ReferenceScan(ResourceReferences.Of(body), policy.Tiers, rule, organizationOf);
        var scan = Scan(body.Span, rule, source, references);
        var subjects = Subjects(body.Span, rule, references, key, out var isPrivate);
        var isDirectory = rule.Kind == TypeKind.Directory && !isPrivate;
        var views = Views(rule, isPrivate);
        var isOwnOnly = scan.IsEnteredInError || references.HasUnknownSubject || (!isDirectory && subjects.Count != 1);
        var judge = new ViewJudge(Writer(), extract, key, isOwnOnly ? [] : views, subjects.FirstOrDefault(), references.Parties, open);
        judge.Run(body);
        var cases = rule.Cases is not null && subjects.Count == 1 && !scan.IsEnteredInError
            ? CaseReader.Read(body, rule.Cases, subjects[0], references.OrganizationsAt, instant, lapses)
            : [];
        var inherits = isDirectory ? [] : (IReadOnlyList<ResourceKey>)
            [.. references.Inherits, .. subjects.Select(subject => new ResourceKey("Patient", subject)).Where(subject => subject != key)];
        return new(
            subjects, scan.Labels, [.. scan.Rules.Select(labelRule => labelRule.Id)],
            judge.Tiers, judge.Entries, judge.Hashes, references.Parties, cases, inherits, judge.Required)
        {
            OwnViews = judge.OwnViews,
            Names = isDirectory ? [] : references.Directory,
            BelongsTo = rule.Kind == TypeKind.Directory ? references.BelongsTo : [],
            Passes = key.Type == "Organization" && source.RunsServer && OrganizationReader.Read(body, key.Id).Part2Program
                ? Labels.Part2
                : Labels.None,
        };
    }

    /// <summary>The organisations that the references at an element name, themselves or through a role or a contained resource.</summary>
    /// <param name="organizationOf">The organisation that a stored directory entry stands for.</param>
    public IReadOnlyList<string> OrganizationsAt(
        ReadOnlyMemory<byte> body, string type, string element, Func<ResourceKey, string?> organizationOf) =>
        new ReferenceScan(ResourceReferences.Of(body), policy.Tiers, policy.Tiers[type], organizationOf).OrganizationsAt(element);

    /// <summary>The labels that a resource carries by itself, and the rules that gave them.</summary>
    public (long Labels, IReadOnlyList<string> Rules) Label(ReadOnlyMemory<byte> body, SourceFacts source, string type)
    {
        var rule = policy.Tiers[type];
        var scan = Scan(body.Span, rule, source, new(ResourceReferences.Of(body), policy.Tiers, rule, null));
        return (scan.Labels, [.. scan.Rules.Select(labelRule => labelRule.Id)]);
    }

    /// <summary>
    /// The labels that a resource carries by itself, and would no more as it is to become. V, which free text has, R and an unknown code
    /// count only where <c>meta.security</c> said so: else they go with what they are about. A draft that becomes final is none any more.
    /// </summary>
    public IReadOnlyList<string> LabelsLost(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, SourceFacts source, string type)
    {
        const long Computed = Labels.Restricted | Labels.VeryRestricted | Labels.Unknown | Labels.Draft;
        var (had, rules) = Label(before, source, type);
        var said = rules.Aggregate(Labels.None, (mask, rule) => mask | rule switch
        {
            "meta:R" => Labels.Restricted,
            "meta:V" => Labels.VeryRestricted,
            "meta:unknown" => Labels.Unknown,
            _ => Labels.None,
        });
        return Labels.CodesOf(had & ~Label(after, source, type).Labels & (~Computed | said));
    }

    /// <summary>The literal local references in the view, other than to the subject's own Patient: ask which of them are visible.</summary>
    public IReadOnlyList<ResourceKey> References(SeenResource seen)
    {
        if (seen.Tier == Tier.Own || ViewOf(seen, out var subject) is not { } view)
        {
            return [];
        }

        var writer = Writer();
        writer.Write(seen.Body.Span, seen.Key, view, ReferenceMode.Keep, subject, []);
        return writer.References.Count == 0 ? [] : [.. writer.References.Distinct()];
    }

    /// <summary>The resource as the caller may see it, or null where nothing of it may leave.</summary>
    /// <param name="visibleTargets">Those of <see cref="References"/> that the same sight sees in the same snapshot.</param>
    /// <param name="callerOrganization">Id of the caller's Organization, for projections that name it.</param>
    public Disclosure? Disclose(SeenResource seen, IReadOnlySet<ResourceKey> visibleTargets, string callerOrganization)
    {
        if (seen.Tier == Tier.Own)
        {
            var version = seen.Version.ToString(CultureInfo.InvariantCulture);
            var own = ResourceJson.WithIdentity(seen.Body.Span, seen.Key.Id, version, Time(seen.Changed));
            return new(seen.Key, version, seen.Changed, own);
        }

        var writer = Writer();
        if (ViewOf(seen, out var subject) is not { } view
            || !writer.Write(
                seen.Body.Span, seen.Key, view, ReferenceMode.Visible, subject, Encoding.UTF8.GetBytes(callerOrganization), visibleTargets))
        {
            return null;
        }

        return WithMeta(seen, writer.Written, isAboutPatient: subject is not null);
    }

    private static ReadOnlySpan<byte> MetaStart => ",\"meta\":{\"versionId\":\""u8;

    private static ReadOnlySpan<byte> MetaMiddle => "\",\"lastUpdated\":\""u8;

    internal static string Version(ReadOnlySpan<byte> view)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(view, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * 10);

    private ViewWriter Writer() => threadWriter is { } writer && writer.Tiers == policy.Tiers ? writer : threadWriter = new(policy.Tiers);

    private static ViewNode?[] Views(TypeRule rule, bool isPrivate) => isPrivate ? rule.PrivateViews : rule.Views;

    private static Disclosure WithMeta(SeenResource seen, ReadOnlySpan<byte> view, bool isAboutPatient)
    {
        var version = Version(view);
        Span<byte> instant = stackalloc byte[32];
        Time(seen.Changed).UtcDateTime.TryFormat(instant, out var length, InstantFormat, CultureInfo.InvariantCulture);
        var security = (seen.Labels & Labels.Part2) != 0 ? Part2Security : isAboutPatient ? PatientSecurity : [];
        var head = ViewWriter.HeadLength(seen.Key);
        var body = new byte[view.Length + MetaStart.Length + version.Length + MetaMiddle.Length + length + 2 + security.Length];
        var rest = Append(body, view[..head]);
        rest = Append(rest, MetaStart);
        Encoding.ASCII.GetBytes(version, rest);
        rest = Append(rest[version.Length..], MetaMiddle);
        rest = Append(rest, instant[..length]);
        rest = Append(rest, "\""u8);
        rest = Append(rest, security);
        rest = Append(rest, "}"u8);
        Append(rest, view[head..]);
        return new(seen.Key, version, seen.Changed, body);
    }

    private static Span<byte> Append(Span<byte> target, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private ViewNode? ViewOf(SeenResource seen, out string? subject)
    {
        subject = null;
        var rule = policy.Tiers[seen.Key.Type];
        if (seen.Tier == Tier.None || rule.Kind == TypeKind.Own)
        {
            return null;
        }

        var isPrivate = false;
        if (rule.PrivateExtension is not null)
        {
            subject = SubjectScan.FindByExtension(seen.Body.Span, rule.PrivateExtension, out isPrivate) is [var patient]
                ? patient
                : null;
        }
        else if (rule.Kind == TypeKind.Patient)
        {
            subject = rule.Subjects is ["$self"] ? seen.Key.Id : SubjectScan.Find(seen.Body.Span, FactsOf(rule));
        }

        var views = Views(rule, isPrivate);
        return views[TypeRule.IndexOf(seen.Tier, seen.Party)];
    }

    private static List<string> Subjects(
        ReadOnlySpan<byte> body, TypeRule rule, ReferenceScan references, ResourceKey key, out bool isPrivate)
    {
        isPrivate = false;
        if (rule.PrivateExtension is not null)
        {
            // One that can't be read may be about anybody: then it is about nobody whose consent could open it.
            var patients = SubjectScan.FindByExtension(body, rule.PrivateExtension, out isPrivate);
            return patients.Contains(null) ? [] : [.. patients.OfType<string>().Distinct()];
        }

        return rule.Subjects is ["$self"] ? [key.Id] : references.Subjects;
    }

    private ResourceScan Scan(ReadOnlySpan<byte> body, TypeRule rule, SourceFacts source, ReferenceScan references)
    {
        var scan = new ResourceScan(policy.LabelRules);
        var isDirectory = rule.Kind == TypeKind.Directory && rule.PrivateExtension is null;
        scan.Run(
            body,
            FactsOf(rule),
            rule.FreeText,
            isDirectory,
            source.Part2Program && !isDirectory,
            references.PointsElsewhere && !isDirectory);
        return scan;
    }

    private FactNode FactsOf(TypeRule rule) => facts.GetOrAdd(rule.Type, static (_, rule) => FactNode.Of(rule), rule);
}
