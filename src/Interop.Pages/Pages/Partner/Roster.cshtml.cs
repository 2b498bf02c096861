using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Partner;

/// <summary>Who works for the agency, as what, and with which trainings.</summary>
public sealed class RosterModel : AppPage
{
    public IReadOnlyList<RosterRow> Rows { get; private set; } = [];

    public System.Threading.Tasks.Task OnGetAsync() => LoadAsync();

    /// <summary>The kinds of trainings: codes of crisis-training, and what they are called.</summary>
    public static IEnumerable<(string Code, string Name)> Kinds => Names.In("crisis-training");

    /// <summary>Somebody no longer works in this role, from today on, or does again.</summary>
    public async Task<IActionResult> OnPostActiveAsync(string id, string version, bool active)
    {
        if (IsId(id) && await TryAsync(() => MoveAsync(id, version, active)))
        {
            return LocalRedirect("/app/agency/people?done=saved");
        }

        await LoadAsync();
        return Page();
    }

    /// <summary>A session of a training: for each who was there, a qualification with the day and the hours.</summary>
    /// <param name="person">Ids of Practitioners.</param>
    /// <param name="hours">As a browser sends a number, in whatever language: with a point.</param>
    public async Task<IActionResult> OnPostTrainingAsync(string? kind, string? day, string? hours, string? handsOn, string[] person)
    {
        var isWhole = Kinds.Any(known => known.Code == kind) && When.Read(day) is not null && person.All(IsId) && person.Length > 0;
        if (!isWhole || Number(hours) is not { } all)
        {
            Object(T["A training has a kind, a day, hours, and somebody who was there."]);
        }
        else if (await TryAsync(() => RecordAsync(kind!, day!, all, Number(handsOn) ?? 0, person)))
        {
            return LocalRedirect("/app/agency/people?done=saved");
        }

        await LoadAsync();
        return Page();
    }

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The hours of a training; null for a qualification that has none.</summary>
    public static (decimal All, decimal HandsOn)? HoursOf(Practitioner.QualificationComponent training)
    {
        var parts = training.Extension.FirstOrDefault(extension => extension.Url == Codes.Extension("training-hours"))?.Extension;
        return Of("hours") is { } all ? (all, Of("handsOn") ?? 0) : null;

        decimal? Of(string name) => (parts?.FirstOrDefault(part => part.Url == name)?.Value as FhirDecimal)?.Value;
    }

    private async System.Threading.Tasks.Task MoveAsync(string id, string version, bool active)
    {
        var role = await Api.ReadAsync<PractitionerRole>($"PractitionerRole/{id}");
        var period = new { start = role?.Period?.Start, end = active ? null : When.Today };
        var hasPeriod = period.start is not null || period.end is not null;
        var change = new List<object> { new { op = "add", path = "/active", value = active } };
        if (hasPeriod)
        {
            change.Add(new { op = "add", path = "/period", value = Without(period.start, period.end) });
        }
        else if (role?.Period is not null)
        {
            change.Add(new { op = "remove", path = "/period" });
        }

        await Api.PatchAsync<PractitionerRole>($"PractitionerRole/{id}", version, change);
    }

    private static Dictionary<string, string> Without(string? start, string? end) => new[] { ("start", start), ("end", end) }
        .Where(part => part.Item2 is not null).ToDictionary(part => part.Item1, part => part.Item2!);

    private async System.Threading.Tasks.Task RecordAsync(string kind, string day, decimal hours, decimal handsOn, string[] people)
    {
        // All of them or nobody: a session that is sent again must not count twice for those who were stored before it failed.
        var session = new Bundle { Type = Bundle.BundleType.Transaction };
        foreach (var id in people.Distinct())
        {
            var known = await Api.ReadAsync<Practitioner>($"Practitioner/{id}");
            var training = new
            {
                extension = new[]
                {
                    new
                    {
                        url = Codes.Extension("training-hours"),
                        extension = new[] { new { url = "hours", valueDecimal = hours }, new { url = "handsOn", valueDecimal = handsOn } },
                    },
                },
                code = new { coding = new[] { new { system = Codes.System("crisis-training"), code = kind } } },
                period = new { start = day },
            };
            object change = known?.Qualification.Count > 0
                ? new { op = "add", path = "/qualification/-", value = training }
                : new { op = "add", path = "/qualification", value = new[] { training } };
            session.Entry.Add(new()
            {
                Resource = new Binary
                {
                    ContentType = "application/json-patch+json", Data = JsonSerializer.SerializeToUtf8Bytes(new[] { change }),
                },
                Request = new()
                {
                    Method = Bundle.HTTPVerb.PATCH, Url = $"Practitioner/{id}", IfMatch = $"W/\"{known?.Meta?.VersionId}\"",
                },
            });
        }

        await Api.PostAsync<Bundle>(string.Empty, session);
    }

    private async System.Threading.Tasks.Task LoadAsync()
    {
        var found = await Api.SearchAsync($"PractitionerRole?organization={Agency}&_include=PractitionerRole:practitioner&_count=100");
        var people = ById<Practitioner>(found);
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<PractitionerRole>().Select(role => new RosterRow(
                    role, people.GetValueOrDefault(role.Practitioner?.Reference ?? string.Empty)))
                .OrderBy(row => People.NameOf(row.Person?.Name), StringComparer.CurrentCulture),
        ];
    }
}

public sealed record RosterRow(PractitionerRole Role, Practitioner? Person);
