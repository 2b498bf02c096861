using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using ContractStatus = Hl7.Fhir.Model.Contract.ContractResourceStatusCodes;

namespace Interop.Demo.City;

/// <summary>The agreements between the agencies, as Contracts of the profile sharing-agreement, in force and not.</summary>
internal static class Agreements
{
    private static readonly string[] Terms = ["response-protocol", "information-sharing", "liability", "funding", "metrics"];

    private static readonly string[] Everything =
    [
        "MH", "PSY", "SUD", "ETHUD", "OPIOIDUD", "HIV", "STD", "SDV", "SEX", "GDIS", "SCA", "PREGNANT", "ADOL", "VIO", "MST", "COGN", "DVD",
        "EMOTDIS", "42CFRPart2", "V",
    ];

    private static readonly string[] Everybody = ["system/*.cruds", "user/*.cruds"];

    private static readonly string[] Care = ["TREAT", "ETREAT", "COC", "CAREMGT"];

    public static IEnumerable<CityBundle> Bundles(DateTimeOffset now)
    {
        var year = (Start: now.AddDays(-200), End: now.AddDays(165));
        var crisis = new Form(
            Codes.CrisisProgram, Codes.Shelter, ContractStatus.Executed, year.Start, year.End, "basic", [], ["COC"], ["system/*.rs"]);
        yield return new(Codes.CrisisProgram,
        [
            Contract("agreement-hospital", crisis with
            {
                Grantee = Codes.CityHospital, Ceiling = "full", Cleared = Everything, Purposes = Care, Scopes = Everybody,
            }),
            Contract("agreement-family-services", crisis with
            {
                Grantee = Codes.FamilyServices,
                Ceiling = "intermediate",
                Cleared = ["MH"],
                Purposes = ["COC", "CAREMGT"],
                Scopes = Everybody,
            }),
            Contract("agreement-police", crisis with
            {
                Grantee = Codes.CityPolice, Purposes = ["OVRPS"], Scopes = ["system/*.rs", "crisis-summary"],
            }),
            Contract("agreement-dispatch", crisis with
            {
                Grantee = Codes.DispatchCenter, Purposes = ["OVRPS"],
                Scopes = ["system/*.rs", "system/QuestionnaireResponse.c", "system/ServiceRequest.c", "cad.write", "cad.read", "cad.plan"],
            }),
            Contract("agreement-shelter-expired", crisis with { Start = now.AddDays(-400), End = now.AddDays(-35) }),
            Contract("agreement-shelter-suspended", crisis with { IsSuspended = true }),
            Contract("agreement-shelter-draft", crisis with { Status = ContractStatus.Negotiable }),
        ]);
        var recovery = crisis with { Grantor = Codes.RecoveryClinic, Cleared = Everything, Purposes = Care };
        yield return new(Codes.RecoveryClinic,
        [
            Contract("agreement-recovery-hospital", recovery with { Grantee = Codes.CityHospital, Ceiling = "full" }),
            Contract("agreement-recovery-crisis", recovery with { Grantee = Codes.CrisisProgram, Ceiling = "intermediate" }),
        ]);
    }

    private static CityResource Contract(string id, Form form) => CityResource.Of(new Contract
    {
        Id = id,
        Meta = new() { Profile = [Codes.ExtensionUrl("sharing-agreement")] },
        Extension =
        [
            new(Codes.ExtensionUrl("agreement-review"), new Date(form.End.AddDays(-90).ToDateText())),
            .. form.Scopes.Select(scope => new Extension(Codes.ExtensionUrl("agreement-scope"), new FhirString(scope))),
        ],
        ModifierExtension = form.IsSuspended
            ? [new(Codes.ExtensionUrl("agreement-suspension"), new FhirString("Funding is not settled."))]
            : [],
        Status = form.Status,
        Issued = form.Start.AddDays(-10).ToDateTimeText(),
        Applies = new() { Start = form.Start.ToDateText(), End = form.End.ToDateText() },
        Title = $"{form.Grantor} and {form.Grantee}",
        Term = [.. Terms.Select(term => term == "information-sharing" ? Sharing(form) : Term(term, form))],
    });

    private static Contract.TermComponent Term(string term, Form form) => new()
    {
        Type = Codes.Concept("agreement-term", term),
        Offer = new() { Text = $"What {form.Grantor} and {form.Grantee} settled about {term}." },
    };

    private static Contract.TermComponent Sharing(Form form) => new()
    {
        Type = Codes.Concept("agreement-term", "information-sharing"),
        SecurityLabel =
        [
            new() { Classification = Codes.Own("sharing-tier", form.Ceiling), Category = [.. form.Cleared.Select(Codes.Label)] },
        ],
        Offer = new()
        {
            Party = [Party("grantor", form.Grantor), Party("grantee", form.Grantee)],
            Text = $"{form.Grantee} may see records of {form.Grantor} up to {form.Ceiling}.",
        },
        Action =
        [
            .. form.Purposes.Select(purpose => new Contract.ActionComponent
            {
                Type = Codes.Concept("agreement-action", "disclose"),
                Intent = new(Codes.ActReason, purpose),
                Status = Codes.Concept("agreement-action-status", "active"),
            }),
        ],
    };

    private static Contract.ContractPartyComponent Party(string role, string organization) =>
        new() { Reference = [Codes.Organization(organization)], Role = Codes.Concept("agreement-role", role) };

    private sealed record Form(
        string Grantor,
        string Grantee,
        ContractStatus Status,
        DateTimeOffset Start,
        DateTimeOffset End,
        string Ceiling,
        IReadOnlyList<string> Cleared,
        IReadOnlyList<string> Purposes,
        IReadOnlyList<string> Scopes)
    {
        public bool IsSuspended { get; init; }
    }
}
