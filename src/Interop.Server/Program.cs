using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Server.Http;
using Microsoft.AspNetCore.Connections;

// Unicode is the platform's; how numbers and dates are written is the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("Interop: crisis encounters, referrals and consents as FHIR R4, in three sharing tiers.")
{
    Serve.Command(),
    Migrate.Command(),
    Import.Command(),
    Validate.Command(),
    FhirPath.Command(),
    Interop.Server.Commands.Index.Command(),
    Explain.Command(),
    VerifyAudit.Command(),
    Agencies.Command(),
    Agreements.Command(),
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
catch (Exception wrong) when (wrong is SettingsException or FhirException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
catch (DbException broken)
{
    await Console.Error.WriteLineAsync($"The database can't be used, or is damaged: {broken.Message} A backup may have to be restored.");
    return 2;
}
