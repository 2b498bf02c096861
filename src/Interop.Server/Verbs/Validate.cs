using System.CommandLine;
using Interop.Fhir.Validation;

namespace Interop.Server.Verbs;

/// <summary><c>interop validate PATH...</c>: one line per resource, <c>ok</c> or <c>error</c>, then its issues.</summary>
internal static class Validate
{
    public static Command Command()
    {
        var paths = new Argument<string[]>("path") { Description = "JSON files, NDJSON files or folders.", Arity = ArgumentArity.OneOrMore };
        var validate = new Command("validate", "Checks FHIR R4 resources; exit status 1 if any has an error.") { paths };
        validate.SetAction(arguments => Run(arguments.GetValue(paths)!, Console.Out));
        return validate;
    }

    private static int Run(IEnumerable<string> paths, TextWriter output)
    {
        var anyError = false;
        foreach (var (name, bytes, problem) in ResourceFiles.Read(paths))
        {
            var issues = problem is null
                ? ResourceValidator.Validate(bytes, ValidationOptions.Thorough)
                : [new Issue(IssueSeverity.Fatal, "not-found", problem, null)];
            var isError = issues.Any(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
            anyError |= isError;
            var list = string.Join("; ", issues.Select(issue => $"{issue.Expression ?? "(document)"}: {issue.Diagnostics}"));
            output.WriteLine($"{(isError ? "error" : "ok")} {name}{(list.Length == 0 ? string.Empty : " " + list)}");
        }

        return anyError ? 1 : 0;
    }
}
