using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.Connections;

namespace Interop.Hosting;

/// <summary>Runs the verb that a command line names.</summary>
public static class CommandLine
{
    /// <summary>The exit status: the verb's own, or 2 with a sentence for what the operator can mend.</summary>
    /// <param name="explain">The sentence for an exception that the process knows; null for a bug, which is not caught.</param>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, Func<Exception, string?> explain)
    {
        // Unicode is the platform's; how numbers and dates are written is the same on every machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string? sentence = null;
        try
        {
            // An argument that begins with @ is what it says (FHIRPath's dates do), not a file of arguments.
            return await root.Parse(arguments, new() { ResponseFileTokenReplacer = null })
                .InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception wrong) when ((sentence = Sentence(wrong) ?? explain(wrong)) is not null)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 2;
        }
    }

    private static string? Sentence(Exception wrong) => wrong switch
    {
        IOException { InnerException: AddressInUseException } taken => $"{taken.Message.TrimEnd('.')}. Choose another with --urls.",
        SettingsException or IOException or UnauthorizedAccessException => wrong.Message,
        _ => null,
    };
}
