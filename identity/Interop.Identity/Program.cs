using System.CommandLine;
using System.Globalization;
using Interop.Identity;
using Interop.Identity.Verbs;
using Microsoft.AspNetCore.Connections;

// Unicode is the platform's; how numbers and dates are written is the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("Interop's issuer: OAuth 2 and SMART tokens for clients and people.")
{
    Serve.Command(),
    Migrate.Command(),
    Clients.Command(),
    Users.Command(),
    Keys.Command(),
};
try
{
    // An argument that begins with @ is what it says (FHIRPath's dates do), not a file of arguments.
    return await root.Parse(args, new() { ResponseFileTokenReplacer = null }).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (IOException taken) when (taken.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"{taken.Message.TrimEnd('.')}. Choose another with --urls.");
    return 2;
}
catch (Exception wrong) when (wrong is SettingsException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
