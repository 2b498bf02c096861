using System.CommandLine;
using Interop.Identity;
using Interop.Identity.Verbs;

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
    return await root.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception wrong) when (wrong is SettingsException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
