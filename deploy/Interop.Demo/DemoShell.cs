using System.Text;
using Interop.Demo.City;

namespace Interop.Demo;

/// <summary>
/// The demo's addresses and persons for a shell (bash, zsh), and three words: <c>interop</c>, <c>token CALLER</c>, <c>ask CALLER QUERY</c>.
/// </summary>
internal static class DemoShell
{
    public const string FileName = "demo.sh";

    public static Task WriteAsync(
        DemoAddresses addresses, PrivateFolder folder, string demo, NamedPersons persons, CancellationToken cancellationToken)
    {
        var text = $$"""
            # Written by the demo at each start. Read it with:  . {{folder.File(FileName)}}
            fhir={{addresses.Fhir}}
            issuer={{addresses.Issuer}}
            sandbox={{addresses.Sandbox}}
            noConsent={{persons.NoConsent.Reference}}
            intermediateConsent={{persons.IntermediateConsent.Reference}}
            fullConsent={{persons.FullConsent.Reference}}
            interop() { dotnet exec {{Quoted(Path.Combine(AppContext.BaseDirectory, "interop.dll"))}} "$@"; }
            token() { interop token --demo {{Quoted(demo)}} --caller "$1"; }
            ask() { curl -s -H "Authorization: Bearer $(token "$1")" "$fhir/$2"; }

            """;
        return folder.WriteAsync(FileName, Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")), cancellationToken);
    }

    /// <summary>One word for a shell, whatever is in it.</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
