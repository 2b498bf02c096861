using System.CommandLine;
using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Tokens;

namespace Interop.Identity.Verbs;

/// <summary><c>interop-identity user add|list|disable</c>.</summary>
internal static class Users
{
    public static readonly string[] Roles =
        ["dispatcher", "clinician", "navigator", "privacy-officer", "evaluator", "agency-administrator", "officer"];

    public static Command Command() => new("user", "People who sign in.") { Add(), List(), Disable() };

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "The user name." };
        var display = new Option<string>("--display-name") { Description = "The person's name.", Required = true };
        var agency = new Option<string>("--agency") { Description = "Organization/id.", Required = true };
        var role = new Option<string>("--role") { Description = "Between spaces, of: " + SpaceDelimited.Join(Roles), Required = true };
        var purpose =
            new Option<string>("--purpose") { Description = "v3-ActReason codes between spaces.", DefaultValueFactory = _ => string.Empty };
        var fhirUser = new Option<string?>("--fhir-user") { Description = "Practitioner/id." };
        var patient = new Option<string?>("--patient") { Description = "Id of the person's own Patient." };
        var password = new Option<FileInfo?>("--password-file") { Description = "File whose first line is the password; without it, the "
            + "first line of standard input." };
        var database = Offline.Database();
        var add = new Command(
            "add",
            "Adds a person. The second factor is set up at the first sign-in.")
            {
                name, display, agency, role, purpose, fhirUser, patient, password, database
            };
        add.SetAction(async (arguments, cancellationToken) =>
        {
            var roles = SpaceDelimited.Split(arguments.GetValue(role));
            if (roles.FirstOrDefault(word => !Roles.Contains(word)) is { } unknown)
            {
                throw new SettingsException($"There is no role {unknown}.");
            }

            if (arguments.GetValue(password) is { Exists: false })
            {
                throw new SettingsException("The password's file does not exist.");
            }

            var secret = arguments.GetValue(password) is { } file
                ? (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).FirstOrDefault()
                : await Console.In.ReadLineAsync(cancellationToken);
            var account = new Account
            {
                AccountId = Secret.NewId(),
                UserName = AccountStore.Normalize(arguments.GetValue(name)!),
                DisplayName = arguments.GetValue(display)!,
                Organization = arguments.GetValue(agency)!,
                Roles = SpaceDelimited.Join(roles),
                Purposes = SpaceDelimited.Join(SpaceDelimited.Split(arguments.GetValue(purpose))),
                FhirUser = arguments.GetValue(fhirUser),
                Patient = arguments.GetValue(patient),
            };
            await using var provider = Offline.Open(arguments.GetValue(database));
            await provider.GetRequiredService<SignIn>().AddAsync(account, secret ?? string.Empty, cancellationToken);
            Console.WriteLine($"Added {account.UserName}.");
            return 0;
        });
        return add;
    }

    private static Command List()
    {
        var database = Offline.Database();
        var list = new Command("list", "Shows the people.") { database };
        list.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            foreach (var account in await provider.GetRequiredService<AccountStore>().ListAsync(cancellationToken))
            {
                var state = account.DisabledAt is not null ? "disabled" : account.HasSecondFactor ? "second factor" : "password only";
                Console.WriteLine($"{account.UserName}\t{state}\t{account.Organization}\t{account.Roles}");
            }

            return 0;
        });
        return list;
    }

    private static Command Disable()
    {
        var name = new Argument<string>("name") { Description = "The user name." };
        var database = Offline.Database();
        var disable = new Command("disable", "Ends an account, its sessions and all access that clients have from it.") { name, database };
        disable.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var accounts = provider.GetRequiredService<AccountStore>();
            var account = await accounts.FindByNameAsync(
                arguments.GetValue(name)!, cancellationToken) ?? throw new SettingsException("There is no such user.");
            await accounts.DisableAsync(account.AccountId, cancellationToken);
            await provider.GetRequiredService<SessionStore>().EndAllAsync(account.AccountId, cancellationToken);
            await provider.GetRequiredService<SecurityTrail>().RecordAsync(
                new("account-disabled", false, null, account.AccountId, null, null), cancellationToken);
            Console.WriteLine($"Disabled {account.UserName}.");
            return 0;
        });
        return disable;
    }
}
