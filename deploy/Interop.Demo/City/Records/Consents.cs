using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

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
        chart.Add(source, () => new Consent
        {
            Status = form.Status,
            Scope = new("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
            Category = [new(Codes.Loinc, "59284-0")],
            Patient = chart.Patient,
            DateTime = start.ToDateTimeText(),
            Performer = [chart.Patient],
            Organization = [Codes.Organization(source)],
            Source = form.IsPart2 && lack != 1
                ? new Attachment
                {
                    ContentType = "text/plain",
                    Data = "Signed form of an invented person. May be revoked in writing at any time."u8.ToArray(),
                    Title = "Signed consent",
                }
                : null,
            Policy = [new() { Uri = $"{Codes.Base}/policy/{(form.IsPart2 ? "part2-consent" : "sharing-consent")}" }],
            Verification = lack == 1
                ? []
                : [new() { Verified = true, VerifiedWith = chart.Patient, VerificationDate = start.ToDateTimeText() }],
            Provision = Provision(form, lack, start, end),
        });
    }

    private static Consent.provisionComponent Provision(Form form, int lack, DateTimeOffset start, DateTimeOffset end) => new()
    {
        Type = form.Type,
        Period = Elements.Period(start, lack == 0 ? null : end),
        Actor =
        [
            new()
            {
                Role = new("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                Reference = Codes.Organization(form.Recipient),
            },
        ],
        Action = [new("http://terminology.hl7.org/CodeSystem/consentaction", "disclose")],
        SecurityLabel =
        [
            .. form.Tier is null ? Array.Empty<Coding>() : [Codes.Own("sharing-tier", form.Tier)],
            .. lack == 2 ? [] : form.Labels.Select(Codes.Label),
        ],
        Purpose = [.. form.Purposes.Select(purpose => new Coding(Codes.ActReason, purpose))],
        Class = form.IsIndeterminate ? [new("http://hl7.org/fhir/resource-types", "Observation")] : [],
    };

    private static Form FormOf(ConsentKind kind)
    {
        var care = new Form(
            Consent.ConsentState.Active, Consent.ConsentProvisionType.Permit, Codes.CityHospital, "intermediate", ["MH", "PSY"], [
                "TREAT", "COC"
            ]);
        return kind switch
        {
            ConsentKind.HospitalBasic => care with { Tier = "basic", Labels = [] },
            ConsentKind.HospitalIntermediate => care,
            ConsentKind.HospitalFull => care with { Tier = "full", Labels = Everything },
            ConsentKind.FamilyServicesIntermediate =>
                care with { Recipient = Codes.FamilyServices, Labels = ["MH"], Purposes = ["COC", "CAREMGT"] },
            ConsentKind.HospitalDenied => care with { Type = Consent.ConsentProvisionType.Deny, Tier = null, Labels = [], Purposes = [] },
            ConsentKind.Expired => care,
            ConsentKind.Revoked => care with { Status = Consent.ConsentState.Inactive },
            ConsentKind.Draft => care with { Status = Consent.ConsentState.Draft },
            ConsentKind.Rejected => care with { Status = Consent.ConsentState.Rejected },
            ConsentKind.LabelLimited => care with { Tier = "full", Labels = ["MH", "PSY", "SDV"] },
            ConsentKind.Part2Valid or ConsentKind.Part2Deficient =>
                care with { Labels = ["SUD", "ETHUD", "OPIOIDUD", "42CFRPart2"], Purposes = ["TREAT"], IsPart2 = true },
            ConsentKind.Indeterminate => care with { IsIndeterminate = true },
            ConsentKind.PoliceSummary => care with { Recipient = Codes.CityPolice, Tier = "basic", Labels = [], Purposes = ["OVRPS"] },
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private sealed record Form(
        Consent.ConsentState Status,
        Consent.ConsentProvisionType Type,
        string Recipient,
        string? Tier,
        IReadOnlyList<string> Labels,
        IReadOnlyList<string> Purposes,
        bool IsPart2 = false,
        bool IsIndeterminate = false);
}
