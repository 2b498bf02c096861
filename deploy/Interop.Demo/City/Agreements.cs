using Interop.Server.Authoring;

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
        var crisis = new Form(Codes.CrisisProgram, Codes.Shelter, "executed", year.Start, year.End, "basic", [], ["COC"], ["system/*.rs"]);
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
                Grantee = Codes.DispatchCenter, Purposes = ["OVRPS"], Scopes = ["system/*.rs", "cad.write"],
            }),
            Contract("agreement-shelter-expired", crisis with { Start = now.AddDays(-400), End = now.AddDays(-35) }),
            Contract("agreement-shelter-suspended", crisis with { IsSuspended = true }),
            Contract("agreement-shelter-draft", crisis with { Status = "negotiable" }),
        ]);
        var recovery = crisis with { Grantor = Codes.RecoveryClinic, Cleared = Everything, Purposes = Care };
        yield return new(Codes.RecoveryClinic,
        [
            Contract("agreement-recovery-hospital", recovery with { Grantee = Codes.CityHospital, Ceiling = "full" }),
            Contract("agreement-recovery-crisis", recovery with { Grantee = Codes.CrisisProgram, Ceiling = "intermediate" }),
        ]);
    }

    private static CityResource Contract(string id, Form form) =>
        new("Contract", id, FhirWriter.Resource("Contract", id, json => json
            .Object("meta", meta => meta.Texts("profile", Codes.ExtensionUrl("sharing-agreement")))
            .Each("extension", Extensions(form), extension => json.Text("url", extension.Url).Text(extension.Name, extension.Value))
            .Each("modifierExtension", form.IsSuspended ? ["Funding is not settled."] : Array.Empty<string>(), reason => json
                .Text("url", Codes.ExtensionUrl("agreement-suspension"))
                .Text("valueString", reason))
            .Text("status", form.Status)
            .Time("issued", form.Start.AddDays(-10))
            .Object("applies", applies => applies.Text("start", FhirWriter.Date(form.Start)).Text("end", FhirWriter.Date(form.End)))
            .Text("title", $"{form.Grantor} and {form.Grantee}")
            .Each("term", Terms, term => WriteTerm(json, term, form))));

    private static IReadOnlyList<(string Url, string Name, string Value)> Extensions(Form form) =>
    [
        (Codes.ExtensionUrl("agreement-review"), "valueDate", FhirWriter.Date(form.End.AddDays(-90))),
        .. form.Scopes.Select(scope => (Codes.ExtensionUrl("agreement-scope"), "valueString", scope)),
    ];

    private static void WriteTerm(FhirWriter json, string term, Form form)
    {
        json.Concept("type", Codes.Own("agreement-term", term));
        if (term != "information-sharing")
        {
            json.Object("offer", offer => offer.Text("text", $"What {form.Grantor} and {form.Grantee} settled about {term}."));
            return;
        }

        (string Role, string Organization)[] parties = [("grantor", form.Grantor), ("grantee", form.Grantee)];
        json.One("securityLabel", label => label
                .Coding("classification", Codes.Own("sharing-tier", form.Ceiling))
                .Codings("category", [.. form.Cleared.Select(Codes.Label)]))
            .Object("offer", offer => offer
                .Each("party", parties, party => json
                    .References("reference", Codes.Organization(party.Organization))
                    .Concept("role", Codes.Own("agreement-role", party.Role)))
                .Text("text", $"{form.Grantee} may see records of {form.Grantor} up to {form.Ceiling}."))
            .Each("action", form.Purposes, purpose => json
                .Concept("type", Codes.Own("agreement-action", "disclose"))
                .Concept("intent", new(Codes.ActReason, purpose))
                .Concept("status", Codes.Own("agreement-action-status", "active")));
    }

    private sealed record Form(
        string Grantor,
        string Grantee,
        string Status,
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
