using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Location = Hl7.Fhir.Model.Location;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>The records of a directory as Organization, Location, HealthcareService and PractitionerRole.</summary>
/// <param name="source">URI of the directory: whose ids these are.</param>
/// <param name="known">Organizations that are here already, by their ids there.</param>
/// <param name="today">ISO date.</param>
/// <param name="secret">Makes ids that follow from the directory's, and that nobody else can work out.</param>
internal sealed class HsdsMapping(
    HsdsTables tables, string source, IReadOnlyDictionary<string, string> known, string today, ReadOnlyMemory<byte> secret)
{
    private readonly HashSet<string> refused = new(StringComparer.Ordinal);

    /// <summary>Each record's resource, in an order in which none names one that comes later.</summary>
    public IEnumerable<(HsdsRecord Record, Resource Resource)> All() =>
    [
        .. Each("organization", OrganizationOf), .. Each("location", LocationOf), .. Each("service", ServiceOf),
        .. Each("contact", RoleOf),
    ];

    private IEnumerable<(HsdsRecord Record, Resource Resource)> Each(string table, Func<HsdsRecord, Resource?> map)
    {
        foreach (var record in tables[table])
        {
            if (record.Id is null && table != "contact")
            {
                Refuse(record, "It has no id.");
            }
            else if (map(record) is { } resource)
            {
                yield return (record, resource);
            }
        }
    }

    private Organization? OrganizationOf(HsdsRecord record)
    {
        if (known.ContainsKey(record.Id!))
        {
            return null;
        }

        return record["name"] is not { } name ? Refuse<Organization>(record, "An organisation has a name.") : new()
        {
            Id = IdOf("organization", record.Id!),
            Identifier = [new(source, record.Id!)],
            Active = true,
            Name = name,
            Alias = record["alternate_name"] is { } alias ? [alias] : [],
            Telecom = [.. TelecomOf(record, tables.Of("phone", "organization_id", record.Id).Where(IsItsOwn))],
        };
    }

    private Location? LocationOf(HsdsRecord record)
    {
        if (record["organization_id"] is { } of && OrganizationAt(of) is null)
        {
            return Refuse<Location>(record, $"Its organization_id {of} names no organisation that was taken.");
        }

        return new()
        {
            Id = IdOf("location", record.Id!),
            Identifier = [new(source, record.Id!)],
            Status = Location.LocationStatus.Active,
            Mode = Location.LocationMode.Instance,
            Name = record["name"],
            Alias = record["alternate_name"] is { } alias ? [alias] : [],
            Description = record["description"],
            Telecom = [.. TelecomOf(record, tables.Of("phone", "location_id", record.Id))],
            Address = AddressOf(record),
            Position = PositionOf(record),
            ManagingOrganization = OrganizationAt(record["organization_id"]),
        };
    }

    private HealthcareService? ServiceOf(HsdsRecord record)
    {
        var places = tables.Of("service_at_location", "service_id", record.Id).ToList();
        var locations = places.Select(place => place["location_id"]).Append(record["location_id"]).OfType<string>().Distinct().ToList();
        var organization = record["organization_id"] ?? tables.Find("location", record["location_id"])?["organization_id"];
        if (record["name"] is not { } name)
        {
            return Refuse<HealthcareService>(record, "A service has a name.");
        }

        if (OrganizationAt(organization) is not { } provider)
        {
            return Refuse<HealthcareService>(record, $"Its organization_id {organization} names no organisation that was taken.");
        }

        foreach (var lost in locations.Where(location => !IsTaken("location", location)))
        {
            tables.Problems.Add(
                new(record.Where, $"Its location_id {lost} names no location that was taken; it is left out.", IsTaken: true));
        }

        var schedules = tables.Of("schedule", "service_id", record.Id)
            .Concat(places.SelectMany(place => tables.Of("schedule", "service_at_location_id", place.Id))).ToList();
        var hours = schedules.Select(schedule => (Schedule: schedule, Hours: HsdsSchedule.HoursOf(schedule, today))).ToList();
        return new()
        {
            Id = IdOf("service", record.Id!),
            Identifier = [new(source, record.Id!)],
            Active = record["status"] is null or "active",
            ProvidedBy = provider,
            Type = [.. TermsOf(record)],
            Location =
            [
                .. locations.Where(location => IsTaken("location", location))
                    .Select(location => new ResourceReference($"Location/{IdOf("location", location)}")),
            ],
            Name = name,
            Comment = record["alert"],
            ExtraDetails = Paragraphs(
                record["description"], record["application_process"], record["fees_description"] ?? record["fees"], record["wait_time"]),
            Telecom =
            [
                .. TelecomOf(record, tables.Of("phone", "service_id", record.Id)
                    .Concat(places.SelectMany(place => tables.Of("phone", "service_at_location_id", place.Id)))),
            ],
            Eligibility = EligibilityOf(record) is { } rule ? [new() { Comment = rule }] : [],
            Program = tables.Find("program", record["program_id"])?["name"] is { } program ? [new() { Text = program }] : [],
            Communication = [.. LanguagesOf(record)],
            AvailableTime = [.. hours.Select(item => item.Hours).OfType<HealthcareService.AvailableTimeComponent>()],
            AvailabilityExceptions = Paragraphs(
                [.. hours.Where(item => item.Hours is null).Select(item => HsdsSchedule.WordsOf(item.Schedule, today))]),
        };
    }

    private PractitionerRole? RoleOf(HsdsRecord record)
    {
        var service = record["service_id"] ?? tables.Find("service_at_location", record["service_at_location_id"])?["service_id"];
        var location = record["location_id"] ?? tables.Find("service_at_location", record["service_at_location_id"])?["location_id"];
        var organization = record["organization_id"] ?? tables.Find("service", service)?["organization_id"]
            ?? tables.Find("location", location)?["organization_id"];
        if (record["name"] is null && record["title"] is null)
        {
            return Refuse<PractitionerRole>(record, "A contact has a name or a title.");
        }

        if (OrganizationAt(organization) is not { } at)
        {
            return Refuse<PractitionerRole>(record, "It is the contact of no organisation that was taken.");
        }

        return new()
        {
            Id = IdOf("contact", $"{record.Id} {organization} {service} {location} {record["name"]} {record["title"]}"),
            Active = true,
            Practitioner = record["name"] is { } name ? new() { Display = name } : null,
            Organization = at,
            Code = record["title"] is { } title ? [new() { Text = title }] : [],
            HealthcareService = service is not null && IsTaken("service", service)
                ? [new($"HealthcareService/{IdOf("service", service)}")]
                : [],
            Location = location is not null && IsTaken("location", location) ? [new($"Location/{IdOf("location", location)}")] : [],
            Telecom = [.. TelecomOf(record, tables.Of("phone", "contact_id", record.Id))],
        };
    }

    private bool IsTaken(string table, string id) => tables.Find(table, id) is not null && !refused.Contains($"{table} {id}");

    private ResourceReference? OrganizationAt(string? id) =>
        id is null ? null
        : known.TryGetValue(id, out var here) ? new(here)
        : IsTaken("organization", id) ? new($"Organization/{IdOf("organization", id)}")
        : null;

    private string IdOf(string table, string id) => NameBasedId.Of(secret.Span, $"hsds|{source}|{table}|{id}");

    private static bool IsItsOwn(HsdsRecord part) =>
        part["service_id"] is null && part["location_id"] is null && part["contact_id"] is null;

    private static IEnumerable<ContactPoint> TelecomOf(HsdsRecord record, IEnumerable<HsdsRecord> phones)
    {
        var numbers = phones.Where(phone => phone["number"] is not null).Select(phone => new ContactPoint(
            (phone["type"] ?? phone["number_type"]) switch
            {
                "fax" => ContactPoint.ContactPointSystem.Fax,
                "sms" => ContactPoint.ContactPointSystem.Sms,
                "pager" => ContactPoint.ContactPointSystem.Pager,
                "tty" => ContactPoint.ContactPointSystem.Other,
                _ => ContactPoint.ContactPointSystem.Phone,
            },
            ContactPoint.ContactPointUse.Work,
            phone["extension"] is { } extension ? $"{phone["number"]!.Trim('"')} ext. {extension}" : phone["number"]!.Trim('"')));
        return
        [
            .. numbers.DistinctBy(number => (number.System, number.Value)),
            .. record["email"] is { } email
                ? (ContactPoint[])[new(ContactPoint.ContactPointSystem.Email, ContactPoint.ContactPointUse.Work, email)]
                : [],
            .. (record["website"] ?? record["url"]) is { } url
                ? (ContactPoint[])[new(ContactPoint.ContactPointSystem.Url, ContactPoint.ContactPointUse.Work, url)]
                : [],
        ];
    }

    private Address? AddressOf(HsdsRecord location)
    {
        var addresses = tables.Of("address", "location_id", location.Id).ToList();
        if ((addresses.Find(item => (item["address_type"] ?? item["type"]) == "physical") ?? addresses.FirstOrDefault()) is not { } address)
        {
            return location["address"] is { } text ? new() { Text = text } : null;
        }

        return new()
        {
            Line = new[] { address["address_1"], address["address_2"] }.OfType<string>(),
            City = address["city"],
            District = address["region"],
            State = address["state_province"],
            PostalCode = address["postal_code"],
            Country = address["country"],
        };
    }

    private Location.PositionComponent? PositionOf(HsdsRecord location)
    {
        if (location["latitude"] is not { } north || location["longitude"] is not { } east)
        {
            return null;
        }

        if (Degrees(north, 90) is { } latitude && Degrees(east, 180) is { } longitude)
        {
            return new() { Latitude = latitude, Longitude = longitude };
        }

        tables.Problems.Add(new(
            location.Where, "Its latitude or longitude is no number of degrees within 90 and 180; it has no position.", IsTaken: true));
        return null;

        static decimal? Degrees(string text, decimal most) =>
            decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= most
                ? degrees
                : null;
    }

    private IEnumerable<CodeableConcept> TermsOf(HsdsRecord service)
    {
        var terms = tables.Of("attribute", "service_id", service.Id).Concat(tables.Of("service_taxonomy", "service_id", service.Id))
            .Select(attribute => tables.Find("taxonomy_term", attribute["taxonomy_term_id"] ?? attribute["taxonomy_id"]))
            .Concat(service.List("taxonomy_ids").Select(id => tables.Find("taxonomy_term", id)))
            .OfType<HsdsRecord>().DistinctBy(term => term.Id);
        foreach (var term in terms)
        {
            yield return new()
            {
                Coding = [new($"{source}/taxonomy/{term["taxonomy"] ?? "terms"}", term["code"] ?? term.Id, term["name"])],
                Text = term["name"],
            };
        }
    }

    private static string? EligibilityOf(HsdsRecord service)
    {
        var ages = (service["minimum_age"] ?? service["service_min_age"], service["maximum_age"] ?? service["service_max_age"]) switch
        {
            ({ } from, { } to) => $"Ages {from} to {to}.",
            ({ } from, null) => $"From age {from}.",
            (null, { } to) => $"Up to age {to}.",
            _ => null,
        };
        return Paragraphs(service["eligibility_description"] ?? service["eligibility"], ages);
    }

    private IEnumerable<CodeableConcept> LanguagesOf(HsdsRecord service) => tables.Of("language", "service_id", service.Id)
        .Select(language => (Code: language["code"], Name: language["name"] ?? language["language"]))
        .Concat(service.List("languages").Select(name => (Code: (string?)null, Name: (string?)name)))
        .Select(language => Languages.Of(language.Code, language.Name)).OfType<CodeableConcept>()
        .DistinctBy(concept => concept.Coding.FirstOrDefault()?.Code ?? concept.Text);

    private static string? Paragraphs(params string?[] parts)
    {
        var said = string.Join("\n\n", parts.OfType<string>());
        return said.Length == 0 ? null : said;
    }

    private T? Refuse<T>(HsdsRecord record, string rule)
        where T : Resource
    {
        Refuse(record, rule);
        return null;
    }

    private void Refuse(HsdsRecord record, string rule)
    {
        refused.Add($"{record.Table} {record.Id}");
        tables.Problems.Add(new(record.Where, rule));
    }
}
