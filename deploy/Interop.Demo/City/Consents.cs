using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What people agreed to, as IHE Privacy Consent on FHIR writes it, with our tier among the security labels.</summary>
internal static class Consents
{
    private static readonly (ConsentKind Item, int Weight)[] Usual =
    [
        (ConsentKind.HospitalIntermediate, 30), (ConsentKind.HospitalFull, 20), (ConsentKind.FamilyServicesIntermediate, 15),
        (ConsentKind.HospitalBasic, 8), (ConsentKind.HospitalDenied, 6), (ConsentKind.Expired, 6), (ConsentKind.Revoked, 6),
        (ConsentKind.LabelLimited, 4), (ConsentKind.Draft, 2), (ConsentKind.Rejected, 1), (ConsentKind.Indeterminate, 2),
        (ConsentKind.PoliceSummary, 4),
    ];

    /// <summary>By confidentiality, not by kind: also the free texts, which count as very restricted until somebody labels them.</summary>
    private static readonly string[] Everything = ["V"];

    /// <summary>70 % of all encounters, laid on those in which the person was met.</summary>
    private const int PercentOfMet = 90;

    public static void Write(Chart chart, IReadOnlyList<Visit> visits)
    {
        var dice = chart.Dice;
        var met = visits.FirstOrDefault(visit => visit.WasMet) ?? visits[0];
        if (chart.Plan.Consents is { } settled)
        {
            foreach (var kind in settled)
            {
                WriteOne(chart, kind, met.Middle);
            }

            return;
        }

        // The first ones by number, so that every state is there however the dice fall.
        var kinds = Enum.GetValues<ConsentKind>();
        var isByNumber = chart.Plan.Number < 3 * kinds.Length;
        if (isByNumber)
        {
            WriteOne(chart, kinds[chart.Plan.Number % kinds.Length], met.Middle);
        }
        else if (chart.Plan.IsPart2Patient)
        {
            WriteOne(chart, dice.Chance(80) ? ConsentKind.Part2Valid : ConsentKind.Part2Deficient, met.Middle);
        }

        foreach (var visit in visits.Where(visit => visit is { WasMet: true, IsOpen: false }).Skip(isByNumber ? 1 : 0))
        {
            if (dice.Chance(PercentOfMet))
            {
                WriteOne(chart, dice.Weighted(Usual), visit.Middle);
            }
        }
    }

    private static void WriteOne(Chart chart, ConsentKind kind, DateTimeOffset given)
    {
        var form = FormOf(kind);
        var start = kind == ConsentKind.Expired ? chart.Now.AddDays(-500) : given;
        var end = kind == ConsentKind.Expired ? chart.Now.AddDays(-40) : given.AddDays(400);

        // A deficient one lacks, by turns, its end, its signature, or its description of what may be disclosed.
        var lack = kind == ConsentKind.Part2Deficient ? chart.Plan.Number % 3 : -1;
        var source = form.IsPart2 ? Codes.RecoveryClinic : Codes.CrisisProgram;
        chart.Add(source, "Consent", json =>
        {
            json.Text("status", form.Status)
                .Concept("scope", new("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"))
                .Concepts("category", new Code(Codes.Loinc, "59284-0"))
                .Reference("patient", chart.Patient)
                .Time("dateTime", start)
                .References("performer", chart.Patient)
                .References("organization", Codes.Organization(source));
            if (form.IsPart2 && lack != 1)
            {
                json.Object("sourceAttachment", attachment => attachment
                    .Text("contentType", "text/plain")
                    .Text("data", Convert.ToBase64String("Signed form of an invented person. May be revoked in writing at any time."u8))
                    .Text("title", "Signed consent"));
            }

            json.One("policy", policy => policy.Text("uri", $"{Codes.Base}/policy/{(form.IsPart2 ? "part2-consent" : "sharing-consent")}"));
            if (lack != 1)
            {
                json.One("verification", verification => verification
                    .Boolean("verified", true)
                    .Reference("verifiedWith", chart.Patient)
                    .Time("verificationDate", start));
            }

            json.Object("provision", provision => WriteProvision(provision, form, lack, start, end));
        });
    }

    private static void WriteProvision(FhirWriter provision, Form form, int lack, DateTimeOffset start, DateTimeOffset end)
    {
        provision.Text("type", form.Type)
            .Period("period", start, lack == 0 ? null : end)
            .One("actor", actor => actor
                .Concept("role", new("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"))
                .Reference("reference", Codes.Organization(form.Recipient)))
            .Concepts("action", new Code("http://terminology.hl7.org/CodeSystem/consentaction", "disclose"));
        List<Code> labels = form.Tier is null ? [] : [Codes.Own("sharing-tier", form.Tier)];
        labels.AddRange(lack == 2 ? [] : form.Labels.Select(Codes.Label));
        provision.Codings("securityLabel", labels)
            .Codings("purpose", [.. form.Purposes.Select(purpose => new Code(Codes.ActReason, purpose))]);
        if (form.IsIndeterminate)
        {
            provision.Codings("class", new Code("http://hl7.org/fhir/resource-types", "Observation"));
        }
    }

    private static Form FormOf(ConsentKind kind)
    {
        var care = new Form("active", "permit", Codes.CityHospital, "intermediate", ["MH", "PSY"], ["TREAT", "COC"]);
        return kind switch
        {
            ConsentKind.HospitalBasic => care with { Tier = "basic", Labels = [] },
            ConsentKind.HospitalIntermediate => care,
            ConsentKind.HospitalFull => care with { Tier = "full", Labels = Everything },
            ConsentKind.FamilyServicesIntermediate =>
                care with { Recipient = Codes.FamilyServices, Labels = ["MH"], Purposes = ["COC", "CAREMGT"] },
            ConsentKind.HospitalDenied => care with { Type = "deny", Tier = null, Labels = [], Purposes = [] },
            ConsentKind.Expired => care,
            ConsentKind.Revoked => care with { Status = "inactive" },
            ConsentKind.Draft => care with { Status = "draft" },
            ConsentKind.Rejected => care with { Status = "rejected" },
            ConsentKind.LabelLimited => care with { Tier = "full", Labels = ["MH", "PSY", "SDV"] },
            ConsentKind.Part2Valid or ConsentKind.Part2Deficient =>
                care with { Labels = ["SUD", "ETHUD", "OPIOIDUD", "42CFRPart2"], Purposes = ["TREAT"], IsPart2 = true },
            ConsentKind.Indeterminate => care with { IsIndeterminate = true },
            ConsentKind.PoliceSummary => care with { Recipient = Codes.CityPolice, Tier = "basic", Labels = [], Purposes = ["OVRPS"] },
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private sealed record Form(
        string Status,
        string Type,
        string Recipient,
        string? Tier,
        IReadOnlyList<string> Labels,
        IReadOnlyList<string> Purposes,
        bool IsPart2 = false,
        bool IsIndeterminate = false);
}
