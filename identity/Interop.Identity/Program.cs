using System.CommandLine;
using Interop.Identity;
using Interop.Identity.Verbs;

var root = new RootCommand("Interop's issuer: OAuth 2 and SMART tokens for clients and people.")
{
    ServeVerb.Command(
        "Answers token requests and shows the pages for people.",
        "--Identity:Database=sqlite:identity.db or --urls=http://127.0.0.1:5090",
        settings => InteropIdentity.Build(settings)),
    Migrate.Command(),
    Clients.Command(),
    Users.Command(),
    Keys.Command(),
};
return await CommandLine.RunAsync(root, args, _ => null);
