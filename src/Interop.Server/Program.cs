using System.CommandLine;
using System.Data.Common;
using Interop.Pages;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Server.Http;

var root = new RootCommand("Interop: crisis encounters, referrals and consents as FHIR R4, in three sharing tiers.")
{
    ServeVerb.Command(
        "Answers FHIR requests.",
        "--Interop:Database=sqlite:interop.db or --urls=http://127.0.0.1:5080",
        settings => InteropServer.Build(settings, PagesServices.RefuseVisitors)),
    Migrate.Command(),
    Import.Command(),
    Validate.Command(),
    FhirPath.Command(),
    Interop.Server.Commands.Index.Command(),
    SimulateScreening.Command(),
    TrainRiskModel.Command(),
    StopRiskModel.Command(),
    Explain.Command(),
    VerifyAudit.Command(),
    Doctor.Command(),
    Backup.Command(),
    Restore.Command(),
    Agencies.Command(),
    Agreements.Command(),
    Token.Command(),
    ClientKey.Command(),
};
return await CommandLine.RunAsync(root, args, wrong => wrong switch
{
    FhirException => wrong.Message,
    DbException => $"The database can't be used, or is damaged: {wrong.Message} A backup may have to be restored.",
    _ => null,
});
