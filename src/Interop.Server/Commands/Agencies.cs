using System.CommandLine;
using Hl7.Fhir.Model;
using Interop.Server.Agreements;
using Interop.Server.Settings;
using Interop.Sharing.Agreements;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop agency add|endpoint ID</c>: a partner's Organization and where its systems are, as the custodian's own records.
/// </summary>
internal static class Agencies
{
    public static Command Command() => new("agency", "Partner agencies.") { Add(), Endpoint() };

    private static Command Add()
    {
        var id = new Argument<string>("id") { Description = "Id of the Organization, which tokens carry as Organization/id." };
        var name = new Option<string>("--name") { Description = "The agency's name.", Required = true };
        var type = new Option<string>("--type") { Description = "A code of agency-type, such as hospital or police.", Required = true };
        var isCoveredEntity = new Option<bool>("--covered-entity") { Description = "A HIPAA covered entity or business associate." };
        var isPart2 = new Option<bool>("--part2-program") { Description = "Its records are Part 2 records (42 CFR 2.11)." };
        var isQsoa = new Option<bool>("--qsoa") { Description = "Serves a Part 2 programme as a qualified service organisation." };
        var qualification = new Option<string[]>("--require")
        {
            Description = "A qualification that its people must have, SYSTEM|CODE.", DefaultValueFactory = _ => [],
        };
        var database = Offline.Database();
        var add = new Command("add", "Records an agency, or changes its record.")
        {
            id, name, type, isCoveredEntity, isPart2, isQsoa, qualification, database,
        };
        add.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: true);
            var organization = PartnerAgency.Organization(
                arguments.GetValue(id)!,
                arguments.GetValue(name)!,
                arguments.GetValue(type)!,
                [
                    ("organization-covered-entity", arguments.GetValue(isCoveredEntity)),
                    ("organization-part2-program", arguments.GetValue(isPart2)),
                    ("organization-qsoa", arguments.GetValue(isQsoa)),
                ],
                [.. arguments.GetValue(qualification)!.Select(Code)]);
            if (OrganizationReader.IsOfUnknownType(organization.Json))
            {
                throw new SettingsException($"--type must be a code of {OrganizationReader.AgencyTypes}.");
            }

            var custodian = provider.GetRequiredService<InteropSettings>().Custodian;
            await provider.GetRequiredService<Importer>()
                .ImportAsync(custodian, [(organization.Key, organization.Json)], cancellationToken);
            Console.WriteLine($"Recorded {organization.Key}.");
            return 0;
        });
        return add;
    }

    private static Command Endpoint()
    {
        var id = new Argument<string>("id") { Description = "Id of the agency's Organization." };
        var address = new Option<string>("--address") { Description = "Where its system answers.", Required = true };
        var type = new Option<string>("--type")
        {
            Description = "A code of endpoint-connection-type.", DefaultValueFactory = _ => "hl7-fhir-rest"
        };
        var database = Offline.Database();
        var endpoint = new Command("endpoint", "Records where an agency's system is, or changes it.") { id, address, type, database };
        endpoint.SetAction(async (arguments, cancellationToken) =>
        {
            if (!Uri.TryCreate(arguments.GetValue(address), UriKind.Absolute, out var url))
            {
                throw new SettingsException("--address must be an absolute URL.");
            }

            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var resource = PartnerAgency.Endpoint(arguments.GetValue(id)!, url.AbsoluteUri, arguments.GetValue(type)!);
            var custodian = provider.GetRequiredService<InteropSettings>().Custodian;
            await provider.GetRequiredService<Importer>().ImportAsync(custodian, [(resource.Key, resource.Json)], cancellationToken);
            Console.WriteLine($"Recorded {resource.Key}.");
            return 0;
        });
        return endpoint;
    }

    private static Coding Code(string text) =>
        text.Split('|') is [{ Length: > 0 } system, { Length: > 0 } code]
            ? new(system, code)
            : throw new SettingsException("--require takes SYSTEM|CODE.");
}
