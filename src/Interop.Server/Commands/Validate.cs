using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop validate PATH...</c>: one line per resource, <c>ok</c> or <c>error</c>, then its issues. Profiles that are loaded and named
/// in meta.profile are checked; <c>--profile</c> demands one more.
/// </summary>
internal static class Validate
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    public static Command Command()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "JSON files, NDJSON files or folders.",
            Arity = ArgumentArity.OneOrMore,
        };
        var profile = new Option<string?>("--profile")
        {
            Description = "Canonical URL of a profile that all must follow, or the name of one of ours: follow-up-task.",
        };
        var definitions = new Option<string[]>("--definitions")
        {
            Description = "Files or folders of further StructureDefinition, ValueSet and CodeSystem resources.",
            DefaultValueFactory = _ => [],
        };
        var validate = new Command("validate", "Checks FHIR R4 resources; exit status 1 if any has an error.")
        {
            paths,
            profile,
            definitions,
        };
        validate.SetAction(arguments => Run(
            arguments.GetValue(paths)!, arguments.GetValue(profile), arguments.GetValue(definitions)!, Console.Out, Console.Error));
        return validate;
    }

    private static int Run(string[] paths, string? profile, string[] definitions, TextWriter output, TextWriter errors)
    {
        ProfileSet profiles;
        try
        {
            profiles = definitions.Length == 0 ? CrisisProfiles.Profiles : CrisisProfiles.Load(Definitions(definitions)).Profiles;
        }
        catch (FormatException unusable)
        {
            errors.WriteLine($"error {unusable.Message}");
            return 2;
        }

        var url = profile is null || profile.Contains(':', StringComparison.Ordinal) ? profile
            : $"{CrisisProfiles.Base}/StructureDefinition/{profile}";
        if (url is not null && !profiles.Has(url))
        {
            errors.WriteLine($"error The profile {url} is not loaded. There are: {string.Join(", ", profiles.Urls)}.");
            return 2;
        }

        var (count, wrong, lastLine) = (0L, 0L, Stopwatch.GetTimestamp());
        foreach (var (name, bytes, problem) in ResourceFiles.Read(paths))
        {
            var issues = problem is null
                ? profiles.Validate(bytes, url, options: ValidationOptions.Thorough)
                : [new Issue(IssueSeverity.Fatal, "not-found", problem, null)];
            var isError = issues.Any(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
            count++;
            wrong += isError ? 1 : 0;
            var list = string.Join("; ", issues.Select(issue =>
                $"{(issue.Severity > IssueSeverity.Error ? $"({issue.Severity.ToString().ToLowerInvariant()}) " : string.Empty)}"
                + $"{issue.Expression ?? "(document)"}: {issue.Diagnostics}"));
            output.WriteLine($"{(isError ? "error" : "ok")} {name}{(list.Length == 0 ? string.Empty : " " + list)}");
            if (Stopwatch.GetElapsedTime(lastLine) > BetweenLines)
            {
                lastLine = Stopwatch.GetTimestamp();
                errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} resources, {wrong:N0} with errors"));
            }
        }

        return wrong > 0 ? 1 : 0;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Definitions(string[] paths) =>
        ResourceFiles.Read(paths)
            .Select(file => file.Problem is null ? (file.Name, file.Bytes) : throw new FormatException($"{file.Name}: {file.Problem}"));
}
