using Interop.Server.Workflows;

namespace Interop.Demo.City;

/// <summary>The agreements between the agencies, as Contracts of the profile sharing-agreement, in force and not.</summary>
internal static class Agreements
{
    private static readonly string[] Terms = ["response-protocol", "information-sharing", "liability", "funding", "metrics"];

    private static readonly string[] Everything =
    [
        "MH", "PSY", "SUD", "ETHUD", "OPIOIDUD", "HIV", "STD", "SDV", "SEX", "GDIS", "SCA", "PREGNANT", "ADOL", "VIO", "MST", "COGN", "DVD",
        "EMOTDIS", "42CFRPart2",
    ];

    private static readonly string[] Care = ["TREAT", "ETREAT", "COC", "CAREMGT"];

    public static IEnumerable<CityBundle> Bundles(DateTimeOffset now)
    {
        var (start, end) = (now.AddDays(-200), now.AddDays(165));
        yield return new(Codes.CrisisProgram,
        [
            Contract("agreement-hospital", Codes.CrisisProgram, Codes.CityHospital, "executed", start, end, "full", Everything, Care, Terms),
            Contract("agreement-family-services", Codes.CrisisProgram, Codes.FamilyServices, "executed", start, end, "intermediate", ["MH"], ["COC", "CAREMGT"], Terms),
            Contract("agreement-police", Codes.CrisisProgram, Codes.CityPolice, "executed", start, end, "basic", [], ["OVRPS"], Terms),
            Contract("agreement-dispatch", Codes.CrisisProgram, Codes.DispatchCenter, "executed", start, end, "basic", [], ["OVRPS"], Terms),
            Contract("agreement-shelter-expired", Codes.CrisisProgram, Codes.Shelter, "executed", now.AddDays(-400), now.AddDays(-35), "basic", [], ["COC"], Terms),
            Contract("agreement-shelter-suspended", Codes.CrisisProgram, Codes.Shelter, "disputed", start, end, "intermediate", [], ["COC"], Terms),
            Contract("agreement-shelter-incomplete", Codes.CrisisProgram, Codes.Shelter, "executed", start, end, "basic", [], ["COC"], Terms[..4]),
            Contract("agreement-shelter-draft", Codes.CrisisProgram, Codes.Shelter, "negotiable", now, end, "basic", [], ["COC"], Terms),
        ]);
        yield return new(Codes.RecoveryClinic,
        [
            Contract("agreement-recovery-hospital", Codes.RecoveryClinic, Codes.CityHospital, "executed", start, end, "full", Everything, Care, Terms),
            Contract("agreement-recovery-crisis", Codes.RecoveryClinic, Codes.CrisisProgram, "executed", start, end, "intermediate", Everything, Care, Terms),
        ]);
    }

    private static CityResource Contract(
        string id,
        string grantor,
        string grantee,
        string status,
        DateTimeOffset start,
        DateTimeOffset end,
        string ceiling,
        string[] cleared,
        string[] purposes,
        string[] terms) =>
        new("Contract", id, FhirWriter.Resource("Contract", id, json => json
            .Object("meta", meta => meta.Texts("profile", Codes.ExtensionUrl("sharing-agreement")))
            .One("extension", review => review.Text("url", Codes.ExtensionUrl("agreement-review")).Text("valueDate", FhirWriter.Date(end.AddDays(-90))))
            .Text("status", status)
            .Time("issued", start.AddDays(-10))
            .Object("applies", applies => applies.Text("start", FhirWriter.Date(start)).Text("end", FhirWriter.Date(end)))
            .Text("title", $"{grantor} and {grantee}")
            .Each("term", terms, term => WriteTerm(json, term, grantor, grantee, ceiling, cleared, purposes))));

    private static void WriteTerm(
        FhirWriter json, string term, string grantor, string grantee, string ceiling, string[] cleared, string[] purposes)
    {
        json.Concept("type", Codes.Own("agreement-term", term));
        if (term != "information-sharing")
        {
            json.Object("offer", offer => offer.Text("text", $"What {grantor} and {grantee} settled about {term}."));
            return;
        }

        (string Role, string Organization)[] parties = [("grantor", grantor), ("grantee", grantee)];
        json.One("securityLabel", label => label
                .Coding("classification", Codes.Own("sharing-tier", ceiling))
                .Codings("category", [.. cleared.Select(Codes.Sensitivity)]))
            .Object("offer", offer => offer
                .Each("party", parties, party => json
                    .References("reference", Codes.Organization(party.Organization))
                    .Concept("role", Codes.Own("agreement-role", party.Role)))
                .Text("text", $"{grantee} may see records of {grantor} up to {ceiling}."))
            .Each("action", purposes, purpose => json
                .Concept("type", Codes.Own("agreement-action", "disclose"))
                .Concept("intent", new(Codes.ActReason, purpose))
                .Concept("status", Codes.Own("agreement-action-status", "active")));
    }
}
